// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build !linux

package embedpg

import "syscall"

// dieWithParent does nothing: other kernels have no such signal.
func dieWithParent(*syscall.SysProcAttr) {}
