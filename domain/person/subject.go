// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

// TaxCodeHashPurpose is the purpose string of the keyed hash of a tax code. The hash identifies a tax code in the log, in accounts and in
// search without storing it. The purpose is part of each stored hash, so it must never change.
const TaxCodeHashPurpose = "subject"
