// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package providers_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/providers"
	"github.com/sol-assistenza/sol/cmd/sol/internal/server"
	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity/certtest"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/portal"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// proxyAddress is the address of the portal's proxy in these tests. Browsers have 127.0.0.1.
var proxyAddress = netip.MustParseAddr("127.0.0.2")

// fixture is a server with a portal for citizens and staff, which trusts one proxy by its address and others by certificate, and with client
// certificates for staff.
type fixture struct {
	*testing.T
	*handlertest.System
	srv                   *server.Server
	log                   *storetest.LogBuffer
	ca, proxies, another  *certtest.Authority
	crl                   string // file of the revocation lists of ca
	certificates, proxied string // addresses of the listeners
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{T: t, System: handlertest.New(t, handlertest.Options{}), log: &storetest.LogBuffer{}}
	log := slog.New(slog.NewJSONHandler(f.log, nil))
	srv, err := server.Listen("127.0.0.1:0", "", log)
	f.must(err)
	f.srv = srv
	t.Cleanup(func() { f.must(srv.Close()) })

	now := time.Now()
	f.ca, f.proxies, f.another = certtest.NewAuthority(t, now, "Prova CA", nil), certtest.NewAuthority(t, now, "Prova CA dei proxy", nil), certtest.NewAuthority(t, now, "Altra CA", nil)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	own := f.another.IssuePair(func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses, c.ExtKeyUsage = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	certtest.Replace(t, at("own.pem"), certtest.PEM("CERTIFICATE", own.Leaf.Raw))
	certtest.WriteKey(t, at("own.key"), own)
	certtest.Replace(t, at("ca.pem"), certtest.PEM("CERTIFICATE", f.ca.Certificate.Raw))
	certtest.Replace(t, at("proxies.pem"), certtest.PEM("CERTIFICATE", f.proxies.Certificate.Raw))
	certtest.Replace(t, at("proxies.crl"), f.proxies.List(nil))
	f.crl = at("ca.crl")
	certtest.Replace(t, f.crl, f.ca.List(nil))
	f.certificates, f.proxied = freeAddress(t), freeAddress(t)
	listener := func(address, ca string) map[string]any {
		return map[string]any{"address": address, "tls_cert": at("own.pem"), "tls_key": at("own.key"), "ca": at(ca + ".pem"), "crls": []string{at(ca + ".crl")}}
	}
	certificates := listener(f.certificates, "ca")
	certificates["url"] = "https://" + f.certificates
	settings, err := json.Marshal(map[string]any{"providers": []any{
		map[string]any{"name": "portale", "label": "SPID, CIE o CNS", "audience": "citizens", "portal": map[string]any{
			"proxies": []string{proxyAddress.String() + "/32"}, "idps": []string{"SPID"}, "listen": listener(f.proxied, "proxies"), "names": []string{"proxy.example.it"},
		}},
		map[string]any{"name": "rupar", "label": "Credenziali RUPAR", "audience": "staff", "portal": map[string]any{
			"proxies": []string{proxyAddress.String() + "/32"}, "idps": []string{"IPA"}, "logout_url": "https://portale.example.it/uscita",
		}},
		map[string]any{"name": "certificato", "label": "Certificato digitale o carta elettronica", "audience": "staff", "client_certificate": certificates},
	}})
	f.must(err)
	configured, err := idp.Parse(settings)
	f.must(err)
	f.App.Identity.Providers = configured
	stack := middleware.New(middleware.Config{Log: log, Limits: middleware.Limits{Login: middleware.Rate{PerMinute: 10000, Burst: 10000}}})
	set, err := providers.New(configured, f.App.Identity, stack, srv.URL(), log)
	f.must(err)
	apiHandler, err := api.New(api.Config{App: f.App, Log: log, Middleware: stack})
	f.must(err)
	pages, err := web.New(web.Config{App: f.App, Middleware: stack, PublicURL: srv.URL(), Log: log, Portal: set.Portal, Certificates: set.Certificates})
	f.must(err)
	t.Cleanup(pages.EndStreams)
	srv.Router.Store(&server.Router{API: apiHandler, Web: pages, Portal: set.Portal})
	f.must(set.Listen(srv))
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// freeAddress returns an address on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// bind binds a tax code at a provider to an account, as an administrator does.
func (f *fixture) bind(account, provider, taxCode string) {
	f.Helper()
	_, err := f.App.Accounts.Bind(f.Context(), accounts.CommandLine, accounts.BindRequest{Account: account, Provider: provider, TaxCode: taxCode})
	f.must(err)
}

// browser is a browser, or a proxy that sends a browser's requests.
type browser struct {
	*fixture
	*http.Client
	header http.Header
}

// newBrowser returns a browser at an address that shows certificates.
func (f *fixture) newBrowser(from netip.Addr, certificates ...tls.Certificate) *browser {
	jar, err := cookiejar.New(nil)
	f.must(err)
	trusted := x509.NewCertPool()
	trusted.AddCert(f.another.Certificate)
	dialer := &net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
	config := &tls.Config{RootCAs: trusted, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { // also one of an issuer that the server does not name
		if len(certificates) == 0 {
			return &tls.Certificate{}, nil
		}
		return &certificates[0], nil
	}}
	transport := &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: config}
	f.Cleanup(transport.CloseIdleConnections)
	return &browser{f, &http.Client{Jar: jar, Transport: transport}, http.Header{}}
}

// get opens an address and returns the status, the path where the browser ended, and the page.
func (b *browser) get(address string) (status int, path, page string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	b.must(err)
	r.Header = b.header.Clone()
	response, err := b.Do(r)
	b.must(err)
	content, err := io.ReadAll(response.Body)
	b.must(err)
	b.must(response.Body.Close())
	return response.StatusCode, response.Request.URL.Path, string(content)
}

// headerOf returns the identity header of a person who logged in at the portal an hour ago.
func headerOf(taxCode, name, idp string, level int) []string {
	at := time.Now().Add(-time.Hour).In(calendar.Rome()).Format("20060102150405")
	return []string{fmt.Sprintf("%s/%s/ROSSI/%s/%s/%d/cHJvdmEtcHJv/dmEtMDAwMQ==", taxCode, name, idp, at, level)}
}

// logins returns the login records since the last call, the oldest first, as kind, provider and reason.
func (f *fixture) logins(after *int64) (all []string) {
	f.Helper()
	list, err := accesslog.ListLogins(f.Context(), f.Store.Pools().Request, person.Actor{ID: "auditor", Role: person.Auditor}, "", 0, 100)
	f.must(err)
	for _, l := range slices.Backward(list) {
		if l.ID > *after {
			*after = l.ID
			all = append(all, strings.TrimSpace(l.Kind+" "+l.Provider+" "+l.Reason))
		}
	}
	return all
}

func (f *fixture) expectLogins(what string, after *int64, want ...string) {
	f.Helper()
	if got := f.logins(after); !slices.Equal(got, want) {
		f.Errorf("%s: got on record %q, want %q", what, got, want)
	}
}

// TestLogInsThroughThePortalAndWithCertificates: the header of the portal counts from its proxies alone, and certificates on their own listener. Each
// refusal is shown with its reason and on record.
func TestLogInsThroughThePortalAndWithCertificates(t *testing.T) {
	f := newFixture(t)
	staff := f.Account(t, "prova.uno", person.ASROperator, "010301")
	f.bind(staff, "certificato", "RSSMRA80A01H501U")
	f.bind(staff, "rupar", "RSSMRA80A01H501U")
	var seen int64
	browserAddress := netip.MustParseAddr("127.0.0.1")
	own := f.srv.URL()

	t.Run("a citizen who comes from the portal logs in once", func(t *testing.T) {
		b := f.newBrowser(proxyAddress)
		b.header[portal.Header] = headerOf("RSSMRA85T10A562S", "MARIA", "SPID", 4)
		if status, path, page := b.get(own + "/richieste"); status != 200 || path != "/richieste" || !strings.Contains(page, "MARIA ROSSI") {
			t.Errorf("got %d at %s, want the citizen's own requests", status, path)
		}
		f.expectLogins("first page", &seen, "login portale")
		b.get(own + "/richieste")
		f.expectLogins("second page", &seen)
		// The next person at the same browser does not get the session.
		b.header[portal.Header] = headerOf("MRTMTT25D09F205Z", "MATTEO", "SPID", 4)
		if _, path, page := b.get(own + "/richieste"); path != "/richieste" || !strings.Contains(page, "MATTEO ROSSI") || strings.Contains(page, "MARIA") {
			t.Errorf("got %s with the page of another person", path)
		}
		f.expectLogins("another person", &seen, "login portale")
		// What a client without the proxy says does not end it.
		direct := f.newBrowser(browserAddress)
		direct.Jar = b.Jar
		direct.header[portal.Header] = headerOf("RSSMRA85T10A562S", "MARIA", "SPID", 4)
		if _, path, page := direct.get(own + "/richieste"); path != "/richieste" || !strings.Contains(page, "MATTEO ROSSI") {
			t.Errorf("got %s, want the session that the browser has", path)
		}
		f.expectLogins("spoofed beside a session", &seen, "failure portale login-header-untrusted")
	})
	t.Run("staff with the credentials of the portal", func(t *testing.T) {
		b := f.newBrowser(proxyAddress)
		b.header[portal.Header] = headerOf("RSSMRA80A01H501U", "MARIO", "IPA", 4)
		if status, path, page := b.get(own + "/code/nuove"); status != 200 || path != "/code/nuove" || !strings.Contains(page, "PROVA.UNO") {
			t.Errorf("got %d at %s, want the first queue", status, path)
		}
		f.expectLogins("staff", &seen, "login rupar")
		if response, err := b.PostForm(own+"/uscita", nil); err != nil || !strings.Contains(response.Header.Get("Refresh"), "https://portale.example.it/uscita") {
			t.Errorf("logout: got %v, %v, want it to end at the portal too", response, err)
		} else {
			f.must(response.Body.Close())
		}
		if _, _, page := b.get(own + "/accesso"); !strings.Contains(page, "/accesso/portale/rupar") || !strings.Contains(page, "/accesso/portale/portale") || !strings.Contains(page, "/accesso/certificato/certificato") {
			t.Error("the login page does not offer all providers")
		}
		b = f.newBrowser(proxyAddress)
		b.header[portal.Header] = headerOf("RSSMRA85T10A562S", "MARIA", "IPA", 4)
		if status, _, page := b.get(own + "/code/nuove"); status != 401 || !strings.Contains(page, "non risulta abilitato") {
			t.Errorf("a person without a role: got %d", status)
		}
		f.expectLogins("without a role", &seen, "failure rupar login-not-enabled")
	})
	t.Run("what the portal must not tell", func(t *testing.T) {
		for name, c := range map[string]struct {
			header []string
			text   string
			reason string
		}{
			"level":     {headerOf("RSSMRA85T10A562S", "MARIA", "SPID", 2), "livello di sicurezza", "login-level"},
			"malformed": {headerOf("RSSMRA85T10A562X", "MARIA", "SPID", 4), "non si può leggere", "login-header-malformed"},
			"two":       {append(headerOf("RSSMRA85T10A562S", "MARIA", "SPID", 4), headerOf("RSSMRA80A01H501U", "MARIO", "SPID", 4)...), "non si può leggere", "login-header-malformed"},
			"old":       {[]string{"RSSMRA85T10A562S/MARIA/ROSSI/SPID/20260302091530/4/cHJvdmE="}, "risale a troppo tempo fa", "login-header-old"},
			"none":      {nil, "Acceda prima al portale", "login-header-missing"},
			"provider":  {headerOf("RSSMRA85T10A562S", "MARIA", "IPA", 4), "non vale per questo accesso", "login-header-provider"},
		} {
			b := f.newBrowser(proxyAddress)
			b.header[portal.Header] = c.header
			status, path, page := b.get(own + "/accesso/portale/portale?poi=/richieste")
			if status != 401 || path != "/accesso/portale/portale" || !strings.Contains(page, c.text) || !strings.Contains(page, "modulo di assistenza") {
				t.Errorf("%s: got %d at %s, want the reason %q", name, status, path, c.text)
			}
			if strings.Contains(page, "RSSMRA85") {
				t.Errorf("%s: the page shows a tax code", name)
			}
			f.expectLogins(name, &seen, "failure portale "+c.reason)
		}
	})
	t.Run("spoofed by a client", func(t *testing.T) {
		for _, path := range []string{"/accesso/portale/portale", "/", "/api/v1/queues"} {
			b := f.newBrowser(browserAddress)
			b.header = http.Header{portal.Header: headerOf("RSSMRA80A01H501U", "MARIO", "SPID", 16), "X-Forwarded-For": {proxyAddress.String()}}
			status, _, page := b.get(own + path)
			if strings.Contains(page, "MARIO") || path == "/accesso/portale/portale" && (status != 401 || !strings.Contains(page, "non arriva dal portale")) {
				t.Errorf("%s: got %d", path, status)
			}
			u, err := url.Parse(own)
			f.must(err)
			for _, cookie := range b.Jar.Cookies(u) {
				t.Errorf("%s: got the cookie %s, want none", path, cookie.Name)
			}
			f.expectLogins(path, &seen, "failure portale login-header-untrusted")
		}
	})
	t.Run("proxies with certificates", func(t *testing.T) {
		proxy := func(dns string) func(*x509.Certificate) {
			return func(c *x509.Certificate) { c.DNSNames = []string{dns} }
		}
		for name, c := range map[string]struct {
			shown  []tls.Certificate
			reason string // "": accepted
		}{
			"proxy":          {[]tls.Certificate{f.proxies.IssuePair(proxy("proxy.example.it"))}, ""},
			"another name":   {[]tls.Certificate{f.proxies.IssuePair(proxy("altro.example.it"))}, "login-header-untrusted"},
			"a person":       {[]tls.Certificate{f.ca.IssuePair(proxy("proxy.example.it"))}, "login-certificate-issuer"},
			"no certificate": {nil, "login-certificate-missing"},
		} {
			b := f.newBrowser(browserAddress, c.shown...)
			b.header[portal.Header] = headerOf("RSSMRA85T10A562S", "MARIA", "SPID", 4)
			status, _, page := b.get("https://" + f.proxied + "/richieste")
			if accepted := status == 200 && strings.Contains(page, "MARIA ROSSI"); accepted != (c.reason == "") || !accepted && status != 403 {
				t.Errorf("%s: got %d", name, status)
			}
			want := "login portale"
			if c.reason != "" {
				want = "failure portale " + c.reason
			}
			f.expectLogins(name, &seen, want)
		}
	})
	t.Run("client certificates", func(t *testing.T) {
		revoked := f.ca.IssuePair(nil)
		certtest.Replace(t, f.crl, f.ca.List(nil, revoked.Leaf)) // while the server runs
		for name, c := range map[string]struct {
			shown  []tls.Certificate
			text   string
			reason string
		}{
			"wrong issuer": {[]tls.Certificate{f.another.IssuePair(nil)}, "autorità riconosciuta", "login-certificate-issuer"},
			"expired":      {[]tls.Certificate{f.ca.IssuePair(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })}, "è scaduto", "login-certificate-expired"},
			"revoked":      {[]tls.Certificate{revoked}, "è stato revocato", "login-certificate-revoked"},
			"none":         {nil, "configurato correttamente nel browser", "login-certificate-missing"},
			"no person":    {[]tls.Certificate{f.ca.IssuePair(func(c *x509.Certificate) { c.Subject.SerialNumber = "X" })}, "codice fiscale di una persona", "login-certificate-tax-code"},
			"no role":      {[]tls.Certificate{f.ca.IssuePair(func(c *x509.Certificate) { c.Subject.SerialNumber = "TINIT-RSSMRA85T10A562S" })}, "non risulta abilitato", "login-not-enabled"},
		} {
			status, path, page := f.newBrowser(browserAddress, c.shown...).get(own + "/accesso/certificato/certificato")
			if status != 401 || path != "/accesso/certificato/certificato" || !strings.Contains(page, c.text) || !strings.Contains(page, "modulo di assistenza") {
				t.Errorf("%s: got %d at %s, want the reason %q", name, status, path, c.text)
			}
			f.expectLogins(name, &seen, "failure certificato "+c.reason)
		}
		good := f.ca.IssuePair(nil)
		b := f.newBrowser(browserAddress, good)
		if status, path, page := b.get(own + "/accesso/certificato/certificato?poi=/code/mie"); status != 200 || path != "/code/mie" || !strings.Contains(page, "PROVA.UNO") {
			t.Errorf("good: got %d at %s, want the queue", status, path)
		}
		f.expectLogins("good", &seen, "login certificato")
		if _, path, _ := b.get("https://" + f.certificates + "/code/nuove"); path != "/code/nuove" {
			t.Errorf("another page of the listener: got %s, want it at the address of the service", path)
		}
		certtest.Replace(t, f.crl, f.ca.List(func(l *x509.RevocationList) { l.NextUpdate = time.Now().Add(-time.Second) }))
		if status, _, page := f.newBrowser(browserAddress, good).get(own + "/accesso/certificato/certificato"); status != 401 || !strings.Contains(page, "per sicurezza l’accesso è chiuso") {
			t.Errorf("expired list: got %d, want no login", status)
		}
		f.expectLogins("expired list", &seen, "failure certificato login-certificate-unknown")
	})
	t.Run("old versions of TLS", func(t *testing.T) {
		b := f.newBrowser(browserAddress)
		b.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS11
		if response, err := b.Get("https://" + f.certificates + "/"); err == nil {
			_ = response.Body.Close()
			t.Error("TLS 1.1 is accepted")
		}
	})
	if text := f.log.String(); strings.Contains(text, "RSSMRA") || strings.Contains(text, "MARIA") || strings.Contains(text, "ROSSI") {
		t.Error("the log holds personal data")
	}
}
