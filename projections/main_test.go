// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import "testing"

func TestMain(m *testing.M) { RunTests(m) }
