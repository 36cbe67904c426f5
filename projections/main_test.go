// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"testing"

	"github.com/sol-assistenza/sol/projections/projectionstest"
)

func TestMain(m *testing.M) { projectionstest.RunTests(m) }
