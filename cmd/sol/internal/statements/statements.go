// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package statements holds the commands about the privacy statements of entities (GDPR, article 13).
package statements

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/privacystatement"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// Commands makes the commands.
type Commands struct {
	In  io.Reader
	Out io.Writer
	// By returns who uses the command line.
	By func(*cobra.Command) app.Caller
	// With runs do with the application service of a node.
	With func(cmd *cobra.Command, do func(context.Context, *app.Service) error) error
}

// List returns the command «sol statement list».
func (c Commands) List() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Args: cobra.NoArgs, Short: "List all versions of the privacy statements, without their texts",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				all, err := s.Statements.List(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return json.NewEncoder(c.Out).Encode(all)
				}
				if len(all) == 0 {
					fmt.Fprintln(c.Out, "no entity has published a privacy statement")
				}
				for _, n := range all {
					state := "replaced"
					if n.InForce {
						state = "in force"
					}
					fmt.Fprintf(c.Out, "%-8s version %-3d %-9s since %s, by %s, %d characters\n", n.Entity, n.Version, state, n.PublishedAt.UTC().Format(time.RFC3339), n.By, len([]rune(n.Text)))
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON with the texts, for scripts")
	return cmd
}

// Show returns the command «sol statement show».
func (c Commands) Show() *cobra.Command {
	var entity string
	var version int
	cmd := &cobra.Command{
		Use: "show --entity CODE [--version N]", Args: cobra.NoArgs, Short: "Print the text of a version of an entity's privacy statement, by default that in force",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				n, found, err := s.Statements.Find(ctx, catalog.EntityCode(entity), version)
				if err == nil && !found {
					err = errors.New("there is no such version; sol statement list shows those that exist")
				}
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.Out, n.Text)
				return err
			})
		},
	}
	entityFlag(cmd, &entity)
	cmd.Flags().IntVar(&version, "version", 0, "version; 0: that in force")
	return cmd
}

// maxSize is the maximum size of a text in bytes: a character has four at most.
const maxSize = 4 * privacystatement.MaxTextLength

// Publish returns the command «sol statement publish».
func (c Commands) Publish() *cobra.Command {
	var entity, file string
	cmd := &cobra.Command{
		Use: "publish --entity CODE --file PATH", Args: cobra.NoArgs,
		Short: "Publish a new version of an entity's privacy statement; it is in force at once and never changes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := c.read(file)
			if err != nil {
				return err
			}
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				by := person.Actor{ID: c.By(cmd).Actor.ID, Role: person.System}
				err := s.Statements.Publish(ctx, by, privacystatement.Publish{Entity: catalog.EntityCode(entity), Text: text})
				var invalid *ticket.InvalidError
				if errors.As(err, &invalid) {
					return fmt.Errorf("--%s: %s", flagOf[invalid.Fields[0].Field], invalid.Fields[0].Reason)
				}
				if err != nil {
					return err
				}
				n, _, err := s.Statements.Find(ctx, catalog.EntityCode(entity), 0)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.Out, "published version %d of the privacy statement of %s\n", n.Version, entity)
				return err
			})
		},
	}
	entityFlag(cmd, &entity)
	cmd.Flags().StringVar(&file, "file", "", "file of the text, in UTF-8, an empty line between paragraphs; -: standard input")
	_ = cmd.MarkFlagRequired("file") // it is registered
	return cmd
}

// flagOf holds the flag of each field of a statement.
var flagOf = map[string]string{"entity": "entity", "text": "file"}

// read returns the text of a file, or of the standard input for -.
func (c Commands) read(file string) (text string, err error) {
	in := c.In
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("--file: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	content, err := io.ReadAll(io.LimitReader(in, maxSize+1))
	if err != nil {
		return "", fmt.Errorf("--file: %w", err)
	}
	if len(content) > maxSize {
		return "", fmt.Errorf("--file: the text has more than %d bytes", maxSize)
	}
	return string(content), nil
}

func entityFlag(cmd *cobra.Command, entity *string) {
	cmd.Flags().StringVar(entity, "entity", "", "ministerial code of the entity, or regione")
	_ = cmd.MarkFlagRequired("entity") // it is registered
}
