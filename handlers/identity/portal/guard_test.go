// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package portal_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/portal"
)

const (
	fromSPID = "RSSMRA80A01H501U/MARIO/ROSSI/SPID/20260302091530/4/cHJvdmEtcHJvdmEtMDAwMQ=="
	proxy    = "192.0.2.10:4711"
)

// loggedIn is the time of fromSPID.
var loggedIn = time.Date(2026, 3, 2, 8, 15, 30, 0, time.UTC)

func newProvider(t *testing.T, settings string, now time.Time) *portal.Provider {
	t.Helper()
	p, err := portal.New(idp.Provider{Name: "portale", Audience: idp.ForCitizens, Portal: json.RawMessage(settings)}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pass sends a request from a peer through a guard and returns it as handlers get it.
func pass(g *portal.Guard, peer string, header http.Header) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr, r.Header = peer, header
	return g.Pass(r)
}

func codeOf(t *testing.T, err error) refusal.Code {
	t.Helper()
	var refused *portal.RefusedError
	if err != nil && !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if refused == nil {
		return ""
	}
	return refused.Reason.Code
}

// TestOnlyATrustedProxyTellsWhoAPersonIs: the address of the connection decides, and never what a client can write.
func TestOnlyATrustedProxyTellsWhoAPersonIs(t *testing.T) {
	for name, c := range map[string]struct {
		peer    string
		header  http.Header
		context bool // on the listener for proxies with a certificate
		want    refusal.Code
	}{
		"proxy":                    {peer: proxy, header: http.Header{portal.Header: {fromSPID}}},
		"proxy, mapped address":    {peer: "[::ffff:192.0.2.10]:4711", header: http.Header{portal.Header: {fromSPID}}},
		"proxy, IPv6":              {peer: "[2001:db8::7]:4711", header: http.Header{portal.Header: {fromSPID}}},
		"proxy with a certificate": {peer: "198.51.100.1:4711", header: http.Header{portal.Header: {fromSPID}}, context: true},
		"proxy without the header": {peer: proxy, header: http.Header{}, want: refusal.LoginHeaderMissing},
		"client":                   {peer: "192.0.2.11:4711", header: http.Header{portal.Header: {fromSPID}}, want: refusal.LoginHeaderUntrusted},
		"client that says it is the proxy": {
			peer: "192.0.2.11:4711", want: refusal.LoginHeaderUntrusted,
			header: http.Header{portal.Header: {fromSPID}, "X-Forwarded-For": {"192.0.2.10"}, "Forwarded": {"for=192.0.2.10"}, "X-Real-Ip": {"192.0.2.10"}},
		},
		"client of the same network, IPv6": {peer: "[2001:db8::8]:4711", header: http.Header{portal.Header: {fromSPID}}, want: refusal.LoginHeaderUntrusted},
		"peer without an address":          {peer: "@", header: http.Header{portal.Header: {fromSPID}}, want: refusal.LoginHeaderUntrusted},
		"malformed, of a client":           {peer: "192.0.2.11:4711", header: http.Header{portal.Header: {"x"}}, want: refusal.LoginHeaderUntrusted},
		"malformed, of the proxy":          {peer: proxy, header: http.Header{portal.Header: {"x"}}, want: refusal.LoginHeaderMalformed},
		"two, of the proxy":                {peer: proxy, header: http.Header{portal.Header: {fromSPID, fromSPID}}, want: refusal.LoginHeaderMalformed},
		"underscores":                      {peer: proxy, header: http.Header{"Shib_iride_identitadigitale": {fromSPID}}, want: refusal.LoginHeaderMissing},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t, `{"proxies": ["192.0.2.10/32", "2001:db8::7/128"]}`, loggedIn.Add(time.Hour))
			var recorded []refusal.Code
			g := &portal.Guard{Providers: []*portal.Provider{p}, Refused: func(_ *http.Request, provider string, reason refusal.Reason) {
				recorded = append(recorded, reason.Code)
			}}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr, r.Header = c.peer, c.header
			if c.context {
				r = r.WithContext(portal.WithAuthenticatedProxy(r.Context(), "portale"))
			}
			got := g.Pass(r)
			a, err := p.Read(got.Context())
			if code := codeOf(t, err); code != c.want {
				t.Fatalf("got %+v, %q, want %q", a, code, c.want)
			}
			if c.want == "" && (a.TaxCode != "RSSMRA80A01H501U" || a.Level != 2 || a.Provider != "portale" || a.GivenName != "MARIO" || a.FamilyName != "ROSSI") {
				t.Errorf("got %+v", a)
			}
			if untrusted := c.want == refusal.LoginHeaderUntrusted; untrusted != (len(recorded) == 1) {
				t.Errorf("got %v on record, want one if the peer is not trusted", recorded)
			}
			if len(got.Header.Values(portal.Header)) > 0 {
				t.Error("the header is still there for handlers and logs")
			}
		})
	}
}

// TestGuardStripsAllHeadersOfThePortal: also without a portal in the configuration, and those that a mapping reads.
func TestGuardStripsAllHeadersOfThePortal(t *testing.T) {
	header := func() http.Header {
		return http.Header{portal.Header: {fromSPID}, "Shib-Identita-Codicefiscale": {"RSSMRA80A01H501U"}, "Shib-Email": {"a@example.it"}, "X-Ruolo": {"torino"}, "Accept": {"*/*"}}
	}
	for name, c := range map[string]struct {
		guard *portal.Guard
		want  []string
	}{
		"no portal": {&portal.Guard{}, []string{"Accept", "X-Ruolo"}},
		"a mapping": {&portal.Guard{Providers: []*portal.Provider{newProvider(t, `{"proxies": ["192.0.2.10/32"], "claims": {"ruolo": "x-ruolo"}}`, loggedIn)}}, []string{"Accept"}},
	} {
		for _, peer := range []string{proxy, "198.51.100.1:99"} {
			sent := header()
			r := pass(c.guard, peer, sent)
			var left []string
			for name := range r.Header {
				left = append(left, name)
			}
			if slices.Sort(left); !slices.Equal(left, c.want) {
				t.Errorf("%s, %s: got the headers %v, want %v", name, peer, left, c.want)
			}
			if len(sent) != 5 {
				t.Errorf("%s: the sender's map has %v", name, sent)
			}
		}
	}
}

// TestLevelsAndTimesOfThePortal: the levels of IRIDE are not those of SPID, and a log-in is good for a time.
func TestLevelsAndTimesOfThePortal(t *testing.T) {
	for name, c := range map[string]struct {
		settings  string
		value     string
		now       time.Time
		wantLevel int
		want      refusal.Code
	}{
		"password that nobody verified": {value: strings.Replace(fromSPID, "/4/", "/1/", 1), wantLevel: 0},
		"SPID level 1":                  {value: strings.Replace(fromSPID, "/4/", "/2/", 1), wantLevel: 1},
		"SPID level 2":                  {value: fromSPID, wantLevel: 2},
		"certificate":                   {value: strings.Replace(fromSPID, "/4/", "/8/", 1), wantLevel: 2},
		"card":                          {value: strings.Replace(fromSPID, "/4/", "/16/", 1), wantLevel: 3},
		"levels of the configuration":   {settings: `, "levels": {"4": 3}`, value: fromSPID, wantLevel: 3},
		"level that it leaves out":      {settings: `, "levels": {"4": 3}`, value: strings.Replace(fromSPID, "/4/", "/16/", 1), wantLevel: 0},
		"at the end of its time":        {value: fromSPID, now: loggedIn.Add(12 * time.Hour), wantLevel: 2},
		"after its time":                {value: fromSPID, now: loggedIn.Add(12*time.Hour + time.Second), want: refusal.LoginHeaderOld},
		"after a shorter time":          {settings: `, "max_age": "10m"`, value: fromSPID, now: loggedIn.Add(11 * time.Minute), want: refusal.LoginHeaderOld},
		"clock a little ahead":          {value: fromSPID, now: loggedIn.Add(-4 * time.Minute), wantLevel: 2},
		"in the future":                 {value: fromSPID, now: loggedIn.Add(-6 * time.Minute), want: refusal.LoginHeaderFuture},
		"accepted provider":             {settings: `, "idps": ["CIE", "SPID"]`, value: fromSPID, wantLevel: 2},
		"other provider":                {settings: `, "idps": ["CIE"]`, value: fromSPID, want: refusal.LoginHeaderProvider},
	} {
		t.Run(name, func(t *testing.T) {
			if c.now.IsZero() {
				c.now = loggedIn.Add(time.Minute)
			}
			p := newProvider(t, `{"proxies": ["192.0.2.10/32"]`+c.settings+`}`, c.now)
			a, err := p.Read(pass(&portal.Guard{Providers: []*portal.Provider{p}}, proxy, http.Header{portal.Header: {c.value}}).Context())
			if code := codeOf(t, err); code != c.want || a.Level != c.wantLevel {
				t.Errorf("got level %d, %q, want %d, %q", a.Level, code, c.wantLevel, c.want)
			}
		})
	}
}

// TestClaimsComeFromTheProxysHeaders: several values are joined by semicolons, as Shibboleth does.
func TestClaimsComeFromTheProxysHeaders(t *testing.T) {
	p := newProvider(t, `{"proxies": ["192.0.2.10/32"], "claims": {"gruppo": "Shib-Gruppi", "ufficio": "Shib-Ufficio"}}`, loggedIn)
	a, err := p.Read(pass(&portal.Guard{Providers: []*portal.Provider{p}}, proxy,
		http.Header{portal.Header: {fromSPID}, "Shib-Gruppi": {`torino; torino\;capi;;`, "urp"}, "Shib-Altro": {"x"}}).Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Claims["gruppo"]; !slices.Equal(got, []string{"torino", "torino;capi", "urp"}) {
		t.Errorf("got %q", got)
	}
	if got := a.Claims["idp"]; !slices.Equal(got, []string{"SPID"}) || len(a.Claims) != 2 {
		t.Errorf("got %q", a.Claims)
	}
}

// TestForNamesTheProvidersThatAcceptARequest: a person behind the portal needs no login page if it is just one.
func TestForNamesTheProvidersThatAcceptARequest(t *testing.T) {
	spid := newProvider(t, `{"proxies": ["192.0.2.0/24"], "idps": ["SPID"]}`, loggedIn)
	staff := newProvider(t, `{"proxies": ["192.0.2.0/24"], "idps": ["IPA"]}`, loggedIn)
	g := &portal.Guard{Providers: []*portal.Provider{staff, spid}}
	if got := g.For(pass(g, proxy, http.Header{portal.Header: {fromSPID}}).Context()); !slices.Equal(got, []*portal.Provider{spid}) {
		t.Errorf("got %d providers, want the one for SPID", len(got))
	}
	if got := g.For(pass(g, "198.51.100.1:9", http.Header{portal.Header: {fromSPID}}).Context()); len(got) != 0 {
		t.Errorf("got %d providers for a client, want none", len(got))
	}
}

// TestSettingsThatTrustNobodyOrEverybodyAreRefused: a mistake in the file must stop the start.
func TestSettingsThatTrustNobodyOrEverybodyAreRefused(t *testing.T) {
	for _, settings := range []string{
		`{}`, `{"proxies": []}`, `{"proxies": ["0.0.0.0/0"]}`, `{"proxies": ["::/0"]}`, `{"proxies": ["10.0.0.1"]}`, `{"proxies": ["10.0.0.0/8"], "proxy": 1}`,
		`{"proxies": ["10.0.0.0/8"], "levels": {"3": 2}}`, `{"proxies": ["10.0.0.0/8"], "levels": {"4": 4}}`, `{"proxies": ["10.0.0.0/8"], "max_age": "169h"}`,
		`{"proxies": ["10.0.0.0/8"], "max_age": "-1s"}`, `{"proxies": ["10.0.0.0/8"], "max_age": 12}`, `{"proxies": ["10.0.0.0/8"], "claims": {"a": "b c"}}`,
		`{"proxies": ["10.0.0.0/8"], "claims": {"idp": "Shib-X"}}`, `{"proxies": ["10.0.0.0/8"], "logout_url": "http://example.it"}`,
		`{"proxies": ["10.0.0.0/8"], "names": ["proxy.example.it"]}`, `{"listen": {"address": "127.0.0.1:0"}, "names": ["proxy.example.it"]}`,
		`{"listen": {"address": "127.0.0.1:0", "tls_cert": "a", "tls_key": "b", "ca": "c", "crls": ["d"]}}`,
		`{"listen": {"address": "127.0.0.1:0", "tls_cert": "a", "tls_key": "b", "ca": "c", "crls": ["d"]}, "names": ["*.example.it"]}`,
	} {
		if _, err := portal.ParseSettings(json.RawMessage(settings)); err == nil {
			t.Errorf("%s: got no error", settings)
		}
	}
	if _, err := portal.ParseSettings(json.RawMessage(`{"listen": {"address": "127.0.0.1:0", "tls_cert": "a", "tls_key": "b", "ca": "c", "crls": ["d"]}, "names": ["proxy.example.it"]}`)); err != nil {
		t.Error(err)
	}
}
