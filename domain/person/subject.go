// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

// TaxCodeHashPurpose is the purpose of the keyed hash by which a tax code is known without being kept: in the log, in
// accounts and in search. It goes into every hash that is stored, so it stays as it is for ever.
const TaxCodeHashPurpose = "subject"
