// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// SetPasswords returns a PrepareSchema that calls prepare and then gives each login role the password of its URL. It connects as the owner.
func SetPasswords(prepare PrepareSchema, logins pgpool.Logins) PrepareSchema {
	return func(ctx context.Context, url string) error {
		if err := prepare(ctx, url); err != nil {
			return err
		}
		return setPasswords(ctx, url, logins)
	}
}

func setPasswords(ctx context.Context, url string, logins pgpool.Logins) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("set passwords: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	for role, login := range logins {
		c, err := pgx.ParseConfig(login)
		if err != nil || c.User != role || c.Password == "" {
			return fmt.Errorf("%s: want postgres://%s:PASSWORD@host/database", config.LoginVariable(role), role) // the error holds the URL
		}
		verifier, err := scramVerifier(c.Password)
		if err != nil {
			return fmt.Errorf("%s: %w", config.LoginVariable(role), err)
		}
		if _, err := conn.Exec(ctx, "alter role "+pgx.Identifier{role}.Sanitize()+" password '"+verifier+"'"); err != nil {
			return fmt.Errorf("set the password of %s: %w", role, err)
		}
	}
	return nil
}

// scramIterations is the number of hashes that Postgres uses too.
const scramIterations = 4096

// scramVerifier returns what Postgres stores of a password (SCRAM-SHA-256, RFC 5803), so that the password itself reaches no log of the
// server. It refuses a password with other characters than printable ASCII, which would need SASLprep.
func scramVerifier(password string) (string, error) {
	if strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", errors.New("want a password of printable ASCII characters")
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	salted, err := pbkdf2.Key(sha256.New, password, salt, scramIterations, sha256.Size)
	if err != nil {
		return "", err
	}
	sign := func(text string) []byte {
		mac := hmac.New(sha256.New, salted)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	stored := sha256.Sum256(sign("Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", scramIterations, encode(salt), encode(stored[:]), encode(sign("Server Key"))), nil
}
