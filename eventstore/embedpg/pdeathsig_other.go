// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build !linux

package embedpg

import "syscall"

// dieWithParent: other kernels know no such tie.
func dieWithParent(*syscall.SysProcAttr) {}
