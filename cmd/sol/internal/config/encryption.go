// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"crypto/x509"
	"os"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/health"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
)

// loadRelayTLS returns the relay with the settings of its TLS.
func loadRelayTLS(env func(string) string, refuse func(name, want string), relay mail.Relay) mail.Relay {
	switch env("SOL_SMTP_TLS") {
	case "", "opportunistic":
	case "required":
		relay = relay.RequireTLS()
	default:
		refuse("SOL_SMTP_TLS", "required or opportunistic")
	}
	if path := env("SOL_SMTP_CA"); path != "" {
		roots := x509.NewCertPool()
		content, err := os.ReadFile(path)
		if err != nil || !roots.AppendCertsFromPEM(content) {
			refuse("SOL_SMTP_CA", "a PEM file with certificates that can be read")
		}
		relay = relay.Trust(roots)
	}
	return relay
}

// Insecure returns the settings with which data travels in clear; systems are the connected systems that the node asks.
func (e External) Insecure(systems connector.Systems) (all []health.Insecure) {
	if !strings.HasPrefix(e.PublicURL, "https://") {
		all = append(all, health.PublicURLWithoutHTTPS)
	}
	if e.Relay.MaySendInClear() {
		all = append(all, health.MailWithoutTLS)
	}
	if e.MailListen != "" && e.MailTLSCert == "" {
		all = append(all, health.MailListenWithoutTLS)
	}
	for _, s := range systems {
		if strings.HasPrefix(s.URL, "http://") {
			return append(all, health.ConnectorWithoutTLS)
		}
	}
	return all
}
