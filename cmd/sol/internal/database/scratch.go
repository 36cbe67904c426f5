// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/migrations"
)

// WithScratch runs a benchmark on a durable, migrated Postgres in a temporary directory inside the data directory, on the same disk. The
// configuration that do gets has a new master key and no rate limits.
func WithScratch(ctx context.Context, c config.Config, log *slog.Logger, do func(context.Context, config.Config, *embedpg.Server) error) (err error) {
	if err := MakeDataDir(c.DataDir); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.DataDir, "bench-")
	if err != nil {
		return fmt.Errorf("temporary database: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if os.Geteuid() == 0 {
		if err := os.Chmod(dir, 0o711); err != nil { // the Postgres user must be able to enter it
			return fmt.Errorf("temporary database: %w", err)
		}
	}
	c = c.WithoutLimits()
	c.MasterKey = masterkey.InFile(filepath.Join(dir, "master.key"))
	if err := masterkey.CreateFile(c.MasterKey.File()); err != nil {
		return err
	}
	own, err := embedpg.Start(ctx, embedpg.Config{Dir: filepath.Join(dir, "postgres"), Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Stop(context.WithoutCancel(ctx))) }()
	if err := migrations.Up(ctx, own.URL("sol")); err != nil {
		return err
	}
	return do(ctx, c, own)
}
