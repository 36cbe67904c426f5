// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package accessmonths holds the commands that list and drop the months of the access log.
package accessmonths

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/restore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog/months"
)

// Commands makes the commands.
type Commands struct {
	Out, Err io.Writer
	Env      func(string) string
}

// maintenanceVariable names the URL of the login role that may drop months of the access log.
const maintenanceVariable = "SOL_MAINTENANCE_DATABASE_URL"

// withMaintenance runs do on a connection of role sol_maintenance: by its own URL, or as the owner of the database, who sets the role.
func (a Commands) withMaintenance(cmd *cobra.Command, do func(context.Context, config.Config, *pgx.Conn) error) (err error) {
	c, err := config.Load(a.Env)
	if err != nil {
		return err
	}
	ctx, url, at := cmd.Context(), a.Env(maintenanceVariable), maintenanceVariable
	if url == "" {
		if !c.KnowsOwner() {
			return fmt.Errorf("this command logs in as sol_maintenance or as the owner of the database: set %s or SOL_OWNER_DATABASE_URL", maintenanceVariable)
		}
		if c.UsesOwnPostgres() && !database.HasOwn(c) {
			return fmt.Errorf("there is no database in %s yet; %s selects another", c.DataDir, maintenanceVariable)
		}
		db, err := database.OpenOrJoin(ctx, c, config.NewQuietLogger(a.Err, c.Log), restore.CheckAfter(database.CheckSchema, c.LastSeenFile))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
		url, at = db.URL, "the address of its owner"
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("the database does not answer at %s", at) // the error may hold the password
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, `set role `+months.Role); err != nil {
		return err
	}
	return do(ctx, c, conn)
}

// accessMonth is a month of the access log as sol access months --json prints it.
type accessMonth struct {
	Month     string `json:"month"`
	Earlier   bool   `json:"earlier,omitempty"` // of the releases before
	First     int64  `json:"first,omitempty"`
	Last      int64  `json:"last,omitempty"`
	DroppedAt string `json:"dropped_at,omitempty"`
	Note      string `json:"note,omitempty"`
	Verified  *bool  `json:"verified,omitempty"`
}

// Months returns sol access months.
func (a Commands) Months() *cobra.Command {
	var asJSON bool
	var key string
	c := &cobra.Command{
		Use: "months", Short: "List the months of the access log, and the signed roots of those that were dropped", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withMaintenance(cmd, func(ctx context.Context, _ config.Config, conn *pgx.Conn) error {
				return a.printMonths(ctx, conn, key, asJSON)
			})
		},
	}
	c.Flags().StringVar(&key, "key", "", "file with the public key that verifies the signatures (SOL_ACCESS_KEY_FILE.pub)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, one object a line")
	return c
}

// printMonths prints the months and verifies their notes if a key is given. Error: a note that the key did not sign.
func (a Commands) printMonths(ctx context.Context, conn *pgx.Conn, keyFile string, asJSON bool) error {
	all, err := months.List(ctx, conn)
	if err != nil {
		return err
	}
	var key []byte
	if keyFile != "" {
		if key, err = os.ReadFile(keyFile); err != nil {
			return err
		}
	}
	wrong := 0
	for _, m := range all {
		row := accessMonth{Month: m.Month.Format("2006-01"), Earlier: m.Earlier, First: m.First, Last: m.Last, Note: m.Note}
		state := "kept"
		if !m.DroppedAt.IsZero() {
			row.DroppedAt = m.DroppedAt.Format("2006-01-02T15:04:05Z")
			state = "dropped " + row.DroppedAt
		}
		if key != nil && m.Note != "" {
			_, err := months.Verify(m.Note, string(key))
			verified := err == nil
			row.Verified = &verified
			if state += ", verified"; !verified {
				state += ": the signature is wrong"
				wrong++
			}
		}
		if asJSON {
			if err := json.NewEncoder(a.Out).Encode(row); err != nil {
				return err
			}
			continue
		}
		if m.Earlier {
			state = "earlier releases, " + state
		}
		fmt.Fprintf(a.Out, "%s  %8d %8d  %s\n", row.Month, row.First, row.Last, state)
	}
	if wrong > 0 {
		return fmt.Errorf("%d months have a wrong signature", wrong)
	}
	return nil
}

// Expire returns sol access expire.
func (a Commands) Expire() *cobra.Command {
	return &cobra.Command{
		Use: "expire", Short: "Drop the months of the access log that are older than SOL_ACCESS_MONTHS, and sign their roots", Args: cobra.NoArgs,
		Long: "It signs with the Ed25519 key in SOL_ACCESS_KEY_FILE, which it makes if there is none, and prints the signed note of each month. It logs in\n" +
			"with " + maintenanceVariable + " as sol_maintenance, or as the owner of the database, who sets this role. No node needs the key.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withMaintenance(cmd, func(ctx context.Context, c config.Config, conn *pgx.Conn) error {
				signer, made, err := months.ReadKey(c.AccessLog.KeyFile)
				if err != nil {
					return err
				}
				if made != "" {
					fmt.Fprintf(a.Err, "made the key %s; its public part is %s: keep both outside the database\n", c.AccessLog.KeyFile, made)
				}
				n := 0
				err = months.DropExpired(ctx, conn, c.AccessLog.Months, signer, func(m months.Month) {
					n++
					fmt.Fprintln(a.Out, m.Note)
				})
				if err == nil && n == 0 {
					fmt.Fprintf(a.Err, "no month is older than %d months\n", c.AccessLog.Months)
				}
				return err
			})
		},
	}
}
