//go:build unix

// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"errors"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// isAlive reports whether the server has kept an idle connection open. It looks whether something can be read, without waiting: an end, or
// the message that the server sends before it ends the connection. So the connections that a restart of the server has ended fail nobody.
func isAlive(conn *pgx.Conn) bool {
	socket := conn.PgConn().Conn()
	for {
		wrapper, ok := socket.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		socket = wrapper.NetConn()
	}
	withFile, ok := socket.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := withFile.SyscallConn()
	if err != nil {
		return false
	}
	var readErr error
	err = raw.Control(func(fd uintptr) { // not raw.Read, which fails after an old deadline
		var b [1]byte
		_, _, readErr = syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	return err == nil && (errors.Is(readErr, syscall.EAGAIN) || errors.Is(readErr, syscall.EINTR))
}
