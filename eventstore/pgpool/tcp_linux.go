// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"strings"
	"syscall"
)

// optionUserTimeout is TCP_USER_TIMEOUT of linux/tcp.h: how long sent data may stay without an acknowledgement. Package syscall does not
// have it.
const optionUserTimeout = 0x12

// setUserTimeout sets the TCP user timeout of a new socket.
func setUserTimeout(network, _ string, conn syscall.RawConn) (err error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	controlErr := conn.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, optionUserTimeout, int(tcpUserTimeout.Milliseconds()))
	})
	if controlErr != nil {
		return controlErr
	}
	return err
}
