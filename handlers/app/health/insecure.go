// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package health

import (
	"log/slog"
	"strings"
)

// Insecure is a setting, often a default, with which data travels in clear. The values are codes for programs.
type Insecure string

// The insecure settings.
const (
	PublicURLWithoutHTTPS Insecure = "public-url"
	MailWithoutTLS        Insecure = "smtp"
	MailListenWithoutTLS  Insecure = "mail-listen"
	ConnectorWithoutTLS   Insecure = "connectors"
)

// insecureTexts says what each setting means and what to do.
var insecureTexts = map[Insecure]string{
	PublicURLWithoutHTTPS: "SOL_PUBLIC_URL is not https: passwords, session cookies and health data travel in clear. Put a proxy with TLS in front and set it to https://…",
	MailWithoutTLS:        "mails may travel in clear, with personal links: set SOL_SMTP_TLS=required, or an smtps:// address",
	MailListenWithoutTLS:  "SOL_MAIL_LISTEN offers no TLS: replies of citizens travel in clear. Set SOL_MAIL_TLS_CERT and SOL_MAIL_TLS_KEY",
	ConnectorWithoutTLS:   "a connected system is asked over http: tax codes travel in clear",
}

// LogInsecure warns of each insecure setting.
func (c *Checker) LogInsecure(log *slog.Logger) {
	for _, s := range c.Insecure {
		log.Warn("insecure setting", "setting", string(s), "advice", insecureTexts[s])
	}
}

func (c *Checker) checkInsecure() {
	var texts []string
	for _, s := range c.Insecure {
		texts = append(texts, insecureTexts[s])
	}
	if len(texts) > 0 {
		c.add(InsecureSettings, "%s.", strings.Join(texts, ". "))
	}
}
