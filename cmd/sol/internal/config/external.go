// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/inbound"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

const externalHelp = `
  SOL_PLAYBOOKS_DIR     directory of additional playbooks, one YAML file each, read at start (none)
  SOL_CONNECTORS        JSON file with the connected systems of each entity: {"010301": {"url": "https://…", "token_file": "…"}, "*": {…}} (none)
  SOL_IDENTITY_PROVIDERS
                        JSON file with the identity providers at which people log in, {"providers": [...]} (none: user name, password and PIN)
  SOL_PUBLIC_URL        public URL of the service, for links in mails (http:// and SOL_ADDR)
  SOL_SMTP_URL          mail server for mails to citizens, smtp://user:password@host:587 or smtps://… (none: mails wait)
  SOL_SMTP_TLS          required: mails wait unless the connection has TLS and the server a certificate for its name; opportunistic:
                        TLS if the server offers it (opportunistic)
  SOL_SMTP_CA           PEM file of the certificates that vouch for that server (those of the system)
  SOL_MAIL_PER_MINUTE   mails a minute that a node sends to that server; further mails wait (600)
  SOL_MAIL_DOMAIN       domain of the sender and of the addresses for replies (the host of SOL_PUBLIC_URL)
  SOL_MAIL_LISTEN       host:port on which replies and bounces are received by SMTP (none)
  SOL_MAIL_TLS_CERT, SOL_MAIL_TLS_KEY
                        PEM files of a certificate and its key, to offer STARTTLS there; read again for each connection (none)
  SOL_LINK_DAYS         days for which personal links and reply addresses in mails are valid (180)
  SOL_MAIL_TRUSTED_SERVERS
                        names (authserv-id) of the mail servers in front of SOL_MAIL_LISTEN whose Authentication-Results count,
                        with commas; they must remove such fields from what they receive (none: SPF, DKIM and DMARC do not count)
  SOL_MAIL_CERTIFIED_DOMAINS
                        domains of managers of certified mail (PEC) that vouch for senders at any domain, with commas (none)
  SOL_PRIVACY_URL       privacy notice of the operating body, linked from the pages (none: the pages say so)
  SOL_ACCESSIBILITY_URL accessibility declaration made with AgID, linked from every page (none: the pages say so)
  SOL_FEEDBACK_URL      where accessibility problems are reported, https://… or mailto:… (none: the assistance form)` + mailLimitsHelp

// External is the configuration of systems and documents outside the service.
type External struct {
	PlaybooksDir   string            // absolute path of additional playbooks; empty: none
	ConnectorsFile string            // path; empty: no connected systems
	Connectors     connector.Systems // replaces ConnectorsFile; nil: use the file
	// IdentityProviders are those of SOL_IDENTITY_PROVIDERS.
	IdentityProviders []idp.Provider
	PublicURL         string     // without a slash at the end; empty: the server's address
	Relay             mail.Relay // zero: no mail is sent
	MailPerMinute     int        // mails a minute that a node sends to the relay
	MailDomain        string     // of the sender and the reply addresses
	MailListen        string     // host:port; empty: no inbound mail
	MailTLSCert       string     // path, with MailTLSKey; empty: inbound mail without TLS
	MailTLSKey        string     // path
	Documents         ui.Documents

	LinkDays             int      // days for which personal links and reply addresses are valid
	MailTrustedServers   []string // whose Authentication-Results count
	MailCertifiedDomains []string // of managers of certified mail
	MailLimits           inbound.Limits
}

// maxLinkDays is the largest value of SOL_LINK_DAYS: ten years.
const maxLinkDays = 3650

// maxMailPerMinute is the largest value of SOL_MAIL_PER_MINUTE.
const maxMailPerMinute = 1_000_000

// loadExternal reads the external configuration. Its errors do not contain the password of SOL_SMTP_URL.
func loadExternal(env func(string) string, refuse func(name, want string)) (External, error) {
	e := External{
		PlaybooksDir: env("SOL_PLAYBOOKS_DIR"), ConnectorsFile: env("SOL_CONNECTORS"),
		MailDomain: env("SOL_MAIL_DOMAIN"), MailListen: env("SOL_MAIL_LISTEN"), MailTLSCert: env("SOL_MAIL_TLS_CERT"),
		MailTLSKey: env("SOL_MAIL_TLS_KEY"),
		PublicURL:  strings.TrimSuffix(env("SOL_PUBLIC_URL"), "/"), MailPerMinute: mail.DefaultPerMinute,
	}
	var wrong []error
	for name, target := range map[string]*string{
		"SOL_PRIVACY_URL": &e.Documents.Privacy, "SOL_ACCESSIBILITY_URL": &e.Documents.Accessibility, "SOL_FEEDBACK_URL": &e.Documents.Feedback,
	} {
		*target = env(name)
		u, err := url.Parse(*target)
		isMail := name == "SOL_FEEDBACK_URL" && err == nil && u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")
		if *target != "" && !isMail && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			refuse(name, "https://host/path")
		}
	}
	for _, path := range []*string{&e.PlaybooksDir, &e.ConnectorsFile, &e.MailTLSCert, &e.MailTLSKey} {
		if *path != "" {
			abs, err := filepath.Abs(*path)
			if err != nil {
				wrong = append(wrong, err)
			}
			*path = abs
		}
	}
	for name, target := range map[string]*[]string{
		"SOL_MAIL_TRUSTED_SERVERS": &e.MailTrustedServers, "SOL_MAIL_CERTIFIED_DOMAINS": &e.MailCertifiedDomains,
	} {
		if env(name) != "" {
			*target = strings.FieldsFunc(env(name), func(r rune) bool { return r == ',' || r == ' ' })
		}
		if strings.ContainsAny(env(name), "@/;:\"") {
			refuse(name, "names with commas between them, e.g. mx.example.it")
		}
	}
	if file := env("SOL_IDENTITY_PROVIDERS"); file != "" {
		var err error
		if e.IdentityProviders, err = idp.Read(file); err != nil {
			wrong = append(wrong, fmt.Errorf("SOL_IDENTITY_PROVIDERS: %w", err))
		}
	}
	e.LinkDays = ticket.DefaultLinkDays
	if text := env("SOL_LINK_DAYS"); text != "" {
		days, err := strconv.Atoi(text)
		if e.LinkDays = days; err != nil || days < 1 || days > maxLinkDays {
			refuse("SOL_LINK_DAYS", fmt.Sprintf("days, from 1 to %d", maxLinkDays))
		}
	}
	public, err := url.Parse(e.PublicURL)
	switch {
	case err != nil || e.PublicURL != "" && (public.Scheme != "http" && public.Scheme != "https" || public.Host == "" || public.User != nil):
		refuse("SOL_PUBLIC_URL", "https://host, with a path where there is one")
	case e.MailDomain != "":
	case public.Hostname() == "" || net.ParseIP(public.Hostname()) != nil: // an IP address is no domain
		e.MailDomain = "localhost"
	default:
		e.MailDomain = public.Hostname()
	}
	if strings.ContainsAny(e.MailDomain, "@/ :") {
		refuse("SOL_MAIL_DOMAIN", "a domain, e.g. assistenza.example.it")
	}
	if text := env("SOL_SMTP_URL"); text != "" {
		if e.Relay, err = mail.ParseRelay(text); err != nil {
			wrong = append(wrong, fmt.Errorf("SOL_SMTP_URL: %w", err)) // without the value, which may hold a password
		}
	}
	e.Relay = loadRelayTLS(env, refuse, e.Relay)
	if text := env("SOL_MAIL_PER_MINUTE"); text != "" {
		if e.MailPerMinute, err = strconv.Atoi(text); err != nil || e.MailPerMinute < 1 || e.MailPerMinute > maxMailPerMinute {
			refuse("SOL_MAIL_PER_MINUTE", fmt.Sprintf("mails a minute, from 1 to %d", maxMailPerMinute))
		}
	}
	if e.MailListen != "" {
		if _, port, err := net.SplitHostPort(e.MailListen); err != nil || !isPort(port) {
			refuse("SOL_MAIL_LISTEN", "host:port, e.g. 0.0.0.0:25")
		}
	}
	if (e.MailTLSCert == "") != (e.MailTLSKey == "") {
		wrong = append(wrong, errors.New("SOL_MAIL_TLS_CERT, SOL_MAIL_TLS_KEY: want both, PEM files of a certificate and of its key, or neither"))
	}
	e.MailLimits = loadMailLimits(env, refuse)
	return e, errors.Join(wrong...)
}
