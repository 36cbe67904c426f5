// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sol-assistenza/sol/eventstore/notify"
)

// waitUntilTaken waits until the other machine's kernel has acknowledged all bytes that were written. Before that, the end of the
// connection or of the network loses them although the write succeeded.
func waitUntilTaken(ctx context.Context, conn net.Conn, ended <-chan struct{}, deadline time.Time) error {
	if wrapper, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = wrapper.NetConn()
	}
	withFile, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := withFile.SyscallConn()
	if err != nil {
		return err
	}
	for {
		var left int
		var readErr error
		if err := raw.Control(func(fd uintptr) { left, readErr = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }); err != nil {
			return err
		}
		select {
		case <-ended:
			return errEnded
		default:
		}
		switch {
		case readErr != nil || left == 0:
			return readErr
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Now().After(deadline):
			return errors.New("the server did not take the messages in time")
		}
		_ = notify.Sleep(ctx, 5*time.Millisecond) // the loop asks the context
	}
}
