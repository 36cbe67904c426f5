// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

const externalHelp = `
  SOL_PLAYBOOKS_DIR     directory with playbooks of your own, one YAML file each, read at the start (none)
  SOL_CONNECTORS        JSON file with the systems of the entities: {"010301": {"url": "https://…", "token_file": "…"}, "*": {…}} (none)
  SOL_PUBLIC_URL        where people reach the service, for the links in mails (http:// and SOL_ADDR)
  SOL_SMTP_URL          mail server for what goes to citizens, smtp://user:password@host:587 or smtps://… (none: mails wait)
  SOL_MAIL_DOMAIN       domain of the sender and of the addresses for replies (the host of SOL_PUBLIC_URL)
  SOL_MAIL_LISTEN       host:port on which replies and returned mails are taken in by SMTP (none)
  SOL_MAIL_TLS_CERT, SOL_MAIL_TLS_KEY
                        PEM files of a certificate and its key, to offer STARTTLS there; read anew for each conversation (none)
  SOL_PRIVACY_URL       the privacy notice of the body that runs the service, for the pages (none: they say that there is none)
  SOL_ACCESSIBILITY_URL the accessibility declaration made with AgID, for the foot of every page (none: they say so)
  SOL_FEEDBACK_URL      where obstacles are reported, https://… or mailto:… (none: by the form for assistance)`

// External is how the service reaches what is not its own.
type External struct {
	PlaybooksDir   string            // absolute; empty: the playbooks that come with sol alone
	ConnectorsFile string            // path; empty: no connected systems
	Connectors     connector.Systems // in the place of the file
	PublicURL      string            // without a slash at its end; empty: the address that it answers at
	SMTPURL        string            // URL, may hold a password; empty: no mail is sent
	MailDomain     string
	MailListen     string // empty: no mail is taken in
	MailTLSCert    string // path, with MailTLSKey; empty: mail is taken in without TLS
	MailTLSKey     string // path
	Documents      ui.Documents
}

// loadExternal reads that part of the environment. A password in it is not repeated.
func loadExternal(env func(string) string, refuse func(name, want string)) (External, error) {
	o := External{
		PlaybooksDir: env("SOL_PLAYBOOKS_DIR"), ConnectorsFile: env("SOL_CONNECTORS"), SMTPURL: env("SOL_SMTP_URL"),
		MailDomain: env("SOL_MAIL_DOMAIN"), MailListen: env("SOL_MAIL_LISTEN"), MailTLSCert: env("SOL_MAIL_TLS_CERT"), MailTLSKey: env("SOL_MAIL_TLS_KEY"),
		PublicURL: strings.TrimSuffix(env("SOL_PUBLIC_URL"), "/"),
	}
	var wrong []error
	for name, into := range map[string]*string{
		"SOL_PRIVACY_URL": &o.Documents.Privacy, "SOL_ACCESSIBILITY_URL": &o.Documents.Accessibility, "SOL_FEEDBACK_URL": &o.Documents.Feedback,
	} {
		*into = env(name)
		u, err := url.Parse(*into)
		mail := name == "SOL_FEEDBACK_URL" && err == nil && u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")
		if *into != "" && !mail && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			refuse(name, "https://host/path")
		}
	}
	for _, path := range []*string{&o.PlaybooksDir, &o.ConnectorsFile, &o.MailTLSCert, &o.MailTLSKey} {
		if *path != "" {
			abs, err := filepath.Abs(*path)
			if err != nil {
				wrong = append(wrong, err)
			}
			*path = abs
		}
	}
	public, err := url.Parse(o.PublicURL)
	switch {
	case err != nil || o.PublicURL != "" && (public.Scheme != "http" && public.Scheme != "https" || public.Host == "" || public.User != nil):
		refuse("SOL_PUBLIC_URL", "https://host, with a path where there is one")
	case o.MailDomain != "":
	case public.Hostname() == "" || net.ParseIP(public.Hostname()) != nil: // an address is no domain
		o.MailDomain = "localhost"
	default:
		o.MailDomain = public.Hostname()
	}
	if strings.ContainsAny(o.MailDomain, "@/ :") {
		refuse("SOL_MAIL_DOMAIN", "a domain, e.g. assistenza.example.it")
	}
	if u, err := url.Parse(o.SMTPURL); o.SMTPURL != "" && (err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "") {
		wrong = append(wrong, errors.New("SOL_SMTP_URL: want smtp://user:password@host:port or smtps://…")) // it may hold a password
	}
	if o.MailListen != "" {
		if _, port, err := net.SplitHostPort(o.MailListen); err != nil || !isPort(port) {
			refuse("SOL_MAIL_LISTEN", "host:port, e.g. 0.0.0.0:25")
		}
	}
	if (o.MailTLSCert == "") != (o.MailTLSKey == "") {
		wrong = append(wrong, errors.New("SOL_MAIL_TLS_CERT, SOL_MAIL_TLS_KEY: want both, PEM files of a certificate and of its key, or neither"))
	}
	return o, errors.Join(wrong...)
}
