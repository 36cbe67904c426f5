// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// writeCertificate writes a certificate for localhost and its key, and returns a pool that trusts it.
func writeCertificate(t *testing.T, o config.External) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &c, &c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for path, text := range map[string][]byte{o.MailTLSCert: public,
		o.MailTLSKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(public)
	return pool
}

// A node with a certificate offers STARTTLS, and serves a renewed certificate from the next connection on.
func TestInboundMailOffersSTARTTLS(t *testing.T) {
	t.Parallel()
	db, dir := storetest.New(t), t.TempDir()
	c := config.Config{DataDir: dir, DatabaseURL: db.URL, MasterKey: masterkey.InFile(filepath.Join(dir, "master.key")), Hold: rules.DefaultHold,
		External: config.External{MailDomain: "localhost", MailTLSCert: filepath.Join(dir, "mail.crt"),
			MailTLSKey: filepath.Join(dir, "mail.key")}}
	if err := os.WriteFile(c.MasterKey.File(), fmt.Appendf(nil, "%x\n", storetest.MasterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	roots := writeCertificate(t, c.External)
	n, err := newNode(t.Context(), c, slog.New(slog.DiscardHandler), trusted(db.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.adapters.inbound.Run(serving, listener) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	sendMail := func(roots *x509.CertPool) error {
		client, err := smtp.DialStartTLS(listener.Addr().String(),
			&tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12})
		if err != nil {
			return err
		}
		defer client.Close()
		return client.SendMail("prova@example.it", []string{"nessuno@localhost"}, strings.NewReader("ciao"))
	}
	var answer *smtp.SMTPError
	if err := sendMail(roots); !errors.As(err, &answer) || answer.Code != 550 {
		t.Errorf("got %v, want code 550 for an unknown recipient", err)
	}
	renewed := writeCertificate(t, c.External)
	if err := sendMail(renewed); !errors.As(err, &answer) || answer.Code != 550 {
		t.Errorf("renewed certificate: got %v, want code 550", err)
	}
	if err := sendMail(roots); err == nil || errors.As(err, &answer) {
		t.Errorf("client that trusts the former certificate: got %v, want a TLS error", err)
	}
}

func TestInvalidCertificateIsRefused(t *testing.T) {
	dir := t.TempDir()
	good := config.External{MailTLSCert: filepath.Join(dir, "a.crt"), MailTLSKey: filepath.Join(dir, "a.key")}
	other := config.External{MailTLSCert: filepath.Join(dir, "b.crt"), MailTLSKey: filepath.Join(dir, "b.key")}
	writeCertificate(t, good)
	writeCertificate(t, other)
	for name, c := range map[string]struct {
		config.External
		want string
	}{
		"valid":                      {good, ""},
		"none":                       {config.External{}, ""},
		"key of another certificate": {config.External{MailTLSCert: good.MailTLSCert, MailTLSKey: other.MailTLSKey}, "does not match"},
		"no file":                    {config.External{MailTLSCert: filepath.Join(dir, "none"), MailTLSKey: good.MailTLSKey}, "no such file"},
		"key as certificate":         {config.External{MailTLSCert: good.MailTLSKey, MailTLSKey: good.MailTLSKey}, "certificate"},
		"directory as certificate":   {config.External{MailTLSCert: dir, MailTLSKey: good.MailTLSKey}, "directory"},
	} {
		_, err := mailTLS(c.External)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), "SOL_MAIL_TLS_CERT")) {
			t.Errorf("%s: got error %v, want %q", name, err, c.want)
		}
	}
}
