// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package providers_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"errors"
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

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/cmd/sol/internal/providers"
	"github.com/sol-assistenza/sol/cmd/sol/internal/server"
	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
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
	metrics               *prometheus.Registry
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
			"proxies": []string{proxyAddress.String() + "/32"}, "idps": []string{"IPA"}, "logout_url": "https://portale.example.it/uscita", "claims": map[string]string{"gruppo": "Shib-Gruppi"},
		}, "mapping": []any{map[string]any{"claim": "gruppo", "value": "sol-torino", "role": "operatore_asr", "entity": "010301"}}},
		map[string]any{"name": "certificato", "label": "Certificato digitale o carta elettronica", "audience": "staff", "client_certificate": certificates,
			"mapping": []any{map[string]any{"claim": "organization", "value": "ASL PROVA", "role": "supervisore_asr", "entity": "010301"}}},
	}})
	f.must(err)
	configured, err := idp.Parse(settings)
	f.must(err)
	f.App.Identity.Providers = configured
	for _, p := range configured[1:] {
		_, err := f.App.Accounts.Mappings.Confirm(t.Context(), accounts.CommandLine, p)
		f.must(err)
	}
	stack := middleware.New(middleware.Config{Log: log, Limits: middleware.Limits{Login: middleware.Rate{PerMinute: 10000, Burst: 10000}}})
	set, err := providers.New(configured, f.App.Identity, stack, srv.URL(), log)
	f.must(err)
	f.metrics = prometheus.NewRegistry()
	set.Observe(f.App.Health, f.metrics)
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

// raw sends a request as written, from an address, and returns the status and the answer.
func (f *fixture) raw(from netip.Addr, path, headers string) (status int, answer string) {
	f.Helper()
	u, err := url.Parse(f.srv.URL())
	f.must(err)
	dialer := &net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
	conn, err := dialer.DialContext(f.Context(), "tcp", u.Host)
	f.must(err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n\r\n", path, u.Host, headers)
	f.must(err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	f.must(err)
	content, err := io.ReadAll(response.Body)
	f.must(err)
	return response.StatusCode, response.Header.Get("Set-Cookie") + response.Header.Get("Location") + string(content)
}

// validSeconds returns the metric that tells for how long the revocation lists of certificates are valid.
func (f *fixture) validSeconds() float64 {
	f.Helper()
	families, err := f.metrics.Gather()
	f.must(err)
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if m.GetLabel()[0].GetValue() == "certificato" {
				return m.GetGauge().GetValue()
			}
		}
	}
	f.Fatal("there is no such metric")
	return 0
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

// skipLogins returns the id of the newest login record.
func (f *fixture) skipLogins(after int64) int64 {
	f.Helper()
	f.logins(&after)
	return after
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
	t.Run("an expired list shows where those who run the service look", func(t *testing.T) {
		_, _, page := f.newBrowser(browserAddress).get(own + "/status")
		if !strings.Contains(page, `"revocation-lists"`) || !strings.Contains(page, "certificato cannot be checked") || !strings.Contains(page, "Replace the file") || f.validSeconds() != 0 {
			t.Errorf("got status %s and %f s, want the condition with what to do", page, f.validSeconds())
		}
		certtest.Replace(t, f.crl, f.ca.List(nil))
		if left := f.validSeconds(); left < 3600 {
			t.Errorf("with a new list: got %f s", left)
		}
	})
	t.Run("roles by the mapping, never more", func(t *testing.T) {
		b := f.newBrowser(proxyAddress)
		b.header = http.Header{portal.Header: headerOf("MRTMTT25D09F205Z", "GIULIA", "IPA", 4), "Shib-Gruppi": {"altro;sol-torino;amministratori"}}
		if status, path, page := b.get(own + "/code/nuove"); status != 200 || path != "/code/nuove" || !strings.Contains(page, "GIULIA ROSSI") || !strings.Contains(page, "Operatore ASR, ASL Città di Torino") {
			t.Errorf("portal: got %d at %s, want the first queue", status, path)
		}
		f.expectLogins("mapped", &seen, "login rupar")
		if status, _, _ := b.get(own + "/amministrazione"); status != 403 {
			t.Errorf("the administration: got %d", status)
		}
		left := f.newBrowser(proxyAddress)
		left.header = http.Header{portal.Header: b.header[portal.Header], "Shib-Gruppi": {"altro"}}
		if status, _, page := left.get(own + "/code/nuove"); status != 401 || !strings.Contains(page, "non risulta abilitato") {
			t.Errorf("without the group: got %d", status)
		}
		f.expectLogins("without the group", &seen, "failure rupar login-not-enabled")
		direct := f.newBrowser(browserAddress)
		direct.header = b.header
		if status, path, _ := direct.get(own + "/code/nuove"); path != "/accesso" {
			t.Errorf("a client that names its group: got %d at %s", status, path)
		}
		seen = f.skipLogins(seen)
		person := func(c *x509.Certificate) {
			c.Subject = pkix.Name{SerialNumber: "TINIT-MRTMTT25D09F205Z", Organization: []string{"ASL PROVA"}, ExtraNames: []pkix.AttributeTypeAndValue{
				{Type: asn1.ObjectIdentifier{2, 5, 4, 42}, Value: "GIULIA"}, {Type: asn1.ObjectIdentifier{2, 5, 4, 4}, Value: "ROSSI"},
			}}
		}
		if status, path, page := f.newBrowser(browserAddress, f.ca.IssuePair(person)).get(own + "/accesso/certificato/certificato"); status != 200 || !strings.Contains(page, "Supervisore ASR, ASL Città di Torino") {
			t.Errorf("certificate: got %d at %s, want the first page of a supervisor", status, path)
		}
		f.expectLogins("mapped by certificate", &seen, "login certificato")
		for _, role := range []string{"amministratore", "auditor", "responsabile_protezione_dati", "cittadino"} {
			_, err := idp.Parse([]byte(`{"providers": [{"name": "p", "label": "P", "audience": "staff", "portal": {}, "mapping": [{"claim": "gruppo", "value": "x", "role": "` + role + `"}]}]}`))
			if err == nil {
				t.Errorf("a mapping to %s is accepted", role)
			}
		}
	})
	t.Run("a planted session ends", func(t *testing.T) {
		u, err := url.Parse(own)
		f.must(err)
		f.Account(t, "chi.attacca", person.ASROperator, "010301")
		for way, path := range map[string]string{"portal": "/accesso/portale/rupar", "certificate": "/accesso/certificato/certificato"} {
			planted, err := f.App.Identity.Login(t.Context(), "chi.attacca", handlertest.Password, handlertest.PIN, "")
			f.must(err)
			b := f.newBrowser(proxyAddress, f.ca.IssuePair(nil))
			b.header[portal.Header] = headerOf("RSSMRA80A01H501U", "MARIO", "IPA", 4)
			b.Jar.SetCookies(u, []*http.Cookie{{Name: "sol", Value: planted.Token, Path: "/"}})
			if status, path, page := b.get(own + path); status != 200 || path != "/code/nuove" || !strings.Contains(page, "PROVA.UNO") {
				t.Errorf("%s: got %d at %s", way, status, path)
			}
			if _, err := f.App.Identity.Authenticate(t.Context(), planted.Token); !errors.Is(err, identity.ErrNoSession) {
				t.Errorf("%s: the session that was planted goes on: %v", way, err)
			}
			for _, c := range b.Jar.Cookies(u) {
				if c.Value == planted.Token {
					t.Errorf("%s: the browser keeps the token", way)
				}
			}
		}
		seen = f.skipLogins(seen)
	})
	t.Run("shapes of the header", func(t *testing.T) {
		value := headerOf("RSSMRA85T10A562S", "MARIA", "SPID", 16)[0]
		for _, c := range []struct {
			name, headers string
			client, proxy string // reason on record, of a client and of the proxy; "login": accepted, "": no record
		}{
			{"small letters", "shib-iride-identitadigitale: " + value, "login-header-untrusted", "login"},
			{"capitals", "SHIB-IRIDE-IDENTITADIGITALE: " + value, "login-header-untrusted", "login"},
			{"TINIT", "Shib-Iride-IdentitaDigitale: tInIt-" + value, "login-header-untrusted", "login"},
			{"twice", "Shib-Iride-IdentitaDigitale: " + value + "\r\nshib-iride-identitadigitale: " + value, "login-header-untrusted", "login-header-malformed"},
			{"joined", "Shib-Iride-IdentitaDigitale: " + value + ", " + value, "login-header-untrusted", "login-header-malformed"},
			{"empty", "Shib-Iride-IdentitaDigitale:", "login-header-untrusted", "login-header-malformed"},
			{"underscores", "Shib_Iride_IdentitaDigitale: " + value, "login-header-missing", "login-header-missing"},
			{"as CGI writes it", "HTTP_SHIB_IRIDE_IDENTITADIGITALE: " + value, "login-header-missing", "login-header-missing"},
			{"a blank before the colon", "Shib-Iride-IdentitaDigitale : " + value, "", ""},
			{"behind another header's line end", "X-A: b\nShib-Iride-IdentitaDigitale: " + value, "login-header-untrusted", "login"},
		} {
			for from, want := range map[netip.Addr]string{browserAddress: c.client, proxyAddress: c.proxy} {
				status, answer := f.raw(from, "/accesso/portale/portale", c.headers)
				if (status == 303) != (want == "login") || want != "login" && (strings.Contains(answer, "sol=") || strings.Contains(answer, "MARIA")) {
					t.Errorf("%s, from %s: got %d, %.80q", c.name, from, status, answer)
				}
				switch want {
				case "":
					f.expectLogins(c.name, &seen)
				case "login":
					f.expectLogins(c.name, &seen, "login portale")
				default:
					f.expectLogins(c.name, &seen, "failure portale "+want)
				}
			}
		}
		// On the listener for certificates the certificate counts, and the header is a spoofed one.
		b := f.newBrowser(browserAddress, f.ca.IssuePair(nil))
		b.header[portal.Header] = []string{value}
		if status, _, page := b.get("https://" + f.certificates + "/accesso/certificato/certificato"); status != 200 || !strings.Contains(page, "PROVA.UNO") || strings.Contains(page, "MARIA") {
			t.Errorf("beside a certificate: got %d", status)
		}
		if got := f.logins(&seen); !slices.Contains(got, "login certificato") || !slices.Contains(got, "failure portale login-header-untrusted") || slices.Contains(got, "login portale") {
			t.Errorf("beside a certificate: got on record %q", got)
		}
	})
	t.Run("a login leads nowhere else", func(t *testing.T) {
		for _, next := range []string{"//evil.example/", "https://evil.example/", `/\evil.example`, "/%09/evil.example", "javascript:alert(1)", "%2F%2Fevil.example", "@evil.example"} {
			headers := "Shib-Iride-IdentitaDigitale: " + headerOf("RSSMRA85T10A562S", "MARIA", "SPID", 4)[0]
			if status, answer := f.raw(proxyAddress, "/accesso/portale/portale?poi="+next, headers); status != 303 || strings.Contains(answer, "evil") || strings.Contains(answer, "javascript") {
				t.Errorf("%s: got %d, %.80q", next, status, answer)
			}
		}
		seen = f.skipLogins(seen)
	})
	t.Run("old versions of TLS", func(t *testing.T) {
		b := f.newBrowser(browserAddress)
		b.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS11
		if response, err := b.Get("https://" + f.certificates + "/"); err == nil {
			_ = response.Body.Close()
			t.Error("TLS 1.1 is accepted")
		}
	})
	if text := f.log.String(); strings.Contains(text, "RSSMRA") || strings.Contains(text, "MARIA") || strings.Contains(text, "GIULIA") || strings.Contains(text, "ROSSI") {
		t.Error("the log holds personal data")
	}
}
