// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/oidc"
	"github.com/sol-assistenza/sol/handlers/identity/oidc/simulator"
)

const (
	public  = "http://127.0.0.1:1"
	taxCode = "RSSMRA80A01H501U"
)

// fixture is a client at a real provider in this process. mutate changes the claims of the ID token before the provider signs it again.
type fixture struct {
	*oidc.Client
	t        *testing.T
	provider *simulator.Provider
	issuer   string
	offset   atomic.Int64 // of the client's clock, in nanoseconds
	mutate   func(claims map[string]any)
	sign     func(claims map[string]any) (string, error) // nil: the provider's
	settings map[string]any

	discovery func(document map[string]any)
	down      atomic.Bool
	keysDown  atomic.Bool
	asked     atomic.Int64 // requests of the provider's discovery document
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
			f.asked.Add(1)
		}
		if f.down.Load() || f.keysDown.Load() && strings.HasSuffix(r.URL.Path, "/keys") {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		f.provider.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.issuer = server.URL
	var err error
	f.provider, err = simulator.New(simulator.Config{Issuer: server.URL, Title: "Prova", People: []simulator.Person{
		{Client: "sol", Subject: "s-1", Label: "Prova Finta", ACR: "https://www.spid.gov.it/SpidL2", Claims: map[string]any{
			"given_name": "Prova", "family_name": "Finta", "https://attributes.eid.gov.it/fiscal_number": "TINIT-" + taxCode, "groups": []string{"torino", "capi"}, "acr": "https://www.spid.gov.it/SpidL3",
		}},
		{Client: "sol", Subject: "s-2", ACR: "https://www.spid.gov.it/SpidL1", Claims: map[string]any{"fiscalNumber": taxCode}},
		{Client: "sol", Subject: "s-3", ACR: "urn:unknown", Claims: map[string]any{"fiscalNumber": "TINIT-" + taxCode, "https://attributes.eid.gov.it/fiscal_number": "TINIT-RSSMRA85T10A562S"}},
		{Client: "other", Subject: "s-1", ACR: "https://www.spid.gov.it/SpidL2"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("segreto di prova\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.settings = map[string]any{"issuer": f.issuer, "client_id": "sol", "client_secret_file": secret}
	f.Client = f.client("prova")
	for _, id := range []string{"sol", "other"} {
		f.provider.Register(simulator.Client{ID: id, Secret: "segreto di prova", ReturnURL: public + oidc.ReturnPath("prova"), LoggedOutURL: public + oidc.LoggedOutPath})
	}
	return f
}

func (f *fixture) client(name string) *oidc.Client {
	f.t.Helper()
	settings, err := json.Marshal(f.settings)
	if err != nil {
		f.t.Fatal(err)
	}
	c, err := oidc.New(oidc.Config{
		Provider: idp.Provider{Name: name, Audience: idp.ForCitizens, OIDC: settings}, PublicURL: public, Transport: f,
		Now: func() time.Time { return time.Now().Add(time.Duration(f.offset.Load())) },
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// RoundTrip changes the discovery document, and the ID token in the answer of the token endpoint.
func (f *fixture) RoundTrip(r *http.Request) (*http.Response, error) {
	if agent := r.UserAgent(); agent != "sol" {
		f.t.Errorf("%s: the client calls itself %q, want sol: Go would name itself", r.URL.Path, agent)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && f.discovery != nil && strings.HasSuffix(r.URL.Path, "/openid-configuration") {
		var document map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&document); err != nil {
			return nil, err
		}
		f.discovery(document)
		body, err := json.Marshal(document)
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return answer, err
	}
	if err != nil || f.mutate == nil || !strings.HasSuffix(r.URL.Path, "/oauth/token") || answer.StatusCode != http.StatusOK {
		return answer, err
	}
	var tokens map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&tokens); err != nil {
		return nil, err
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(tokens["id_token"].(string), ".")[1])
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		return nil, err
	}
	f.mutate(claims)
	sign := f.provider.Sign
	if f.sign != nil {
		sign = f.sign
	}
	if tokens["id_token"], err = sign(claims); err != nil {
		return nil, err
	}
	body, err := json.Marshal(tokens)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	answer.Header.Del("Content-Length")
	return answer, err
}

// passThrough goes through the provider as a browser does, as a person, and returns the query with which the browser comes back.
func (f *fixture) passThrough(address, subject string) url.Values {
	f.t.Helper()
	browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), public) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	answer, err := browser.Get(address)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = answer.Body.Close()
	answer, err = browser.PostForm(f.issuer+"/login", url.Values{"id": {answer.Request.URL.Query().Get("id")}, "persona": {subject}})
	if err != nil {
		f.t.Fatal(err)
	}
	_ = answer.Body.Close()
	back, err := answer.Location()
	if err != nil {
		f.t.Fatalf("the provider did not send the browser back: %s, %v", answer.Status, err)
	}
	return back.Query()
}

func (f *fixture) begin() (string, oidc.Attempt) {
	f.t.Helper()
	address, a, err := f.Begin(f.t.Context(), "/ticket/x")
	if err != nil {
		f.t.Fatal(err)
	}
	kept, ok := oidc.DecodeAttempt(a.Encode())
	if !ok || kept != a {
		f.t.Fatalf("the cookie holds %+v, want %+v", kept, a)
	}
	return address, kept
}

func (f *fixture) logIn(subject string) (oidc.Login, refusal.Code) {
	f.t.Helper()
	address, a := f.begin()
	return f.Finish(f.t.Context(), a, f.passThrough(address, subject))
}

// A login at the provider tells the person, the level of the signed token, the claims and the session there.
func TestLoginTellsThePerson(t *testing.T) {
	f := newFixture(t)
	l, code := f.logIn("s-1")
	if code != "" || l.Subject != "s-1" || l.TaxCode != taxCode || l.GivenName != "Prova" || l.FamilyName != "Finta" || l.Level != 2 || l.Session == "" || fmt.Sprint(l.Claims["groups"]) != "[torino capi]" {
		t.Errorf("got %+v, %s", l.Assertion, code)
	}
	if l, code := f.logIn("s-2"); code != "" || l.Level != 1 || l.TaxCode != taxCode || l.GivenName != "" {
		t.Errorf("got %+v, %s", l.Assertion, code)
	}
	if l, code := f.logIn("s-3"); code != refusal.LoginTaxCode {
		t.Errorf("two tax codes: got %+v, %s", l.Assertion, code)
	}
	address, _ := f.begin()
	q, err := url.Parse(address)
	if err != nil || q.Query().Get("code_challenge_method") != "S256" || q.Query().Get("acr_values") != "https://www.spid.gov.it/SpidL2" || q.Query().Get("nonce") == "" || q.Query().Get("state") == "" {
		t.Errorf("the login begins at %s", address)
	}
	if out := f.LogoutURL(t.Context(), l.IDToken); !strings.HasPrefix(out, f.issuer+"/") || !strings.Contains(out, "post_logout_redirect_uri=") || !strings.Contains(out, "id_token_hint=") {
		t.Errorf("the logout begins at %s", out)
	}
}

// Each wrong answer of a provider is refused with a code of its own.
func TestWrongTokensAreRefused(t *testing.T) {
	f := newFixture(t)
	other, err := simulator.New(simulator.Config{Issuer: f.issuer})
	if err != nil {
		t.Fatal(err)
	}
	unsigned := func(claims map[string]any) (string, error) {
		payload, err := json.Marshal(claims)
		enc := base64.RawURLEncoding
		return enc.EncodeToString([]byte(`{"alg":"none"}`)) + "." + enc.EncodeToString(payload) + ".", err
	}
	set := func(name string, value any) func(map[string]any) {
		return func(claims map[string]any) {
			if claims[name] = value; value == nil {
				delete(claims, name)
			}
		}
	}
	now := time.Now()
	for name, c := range map[string]struct {
		mutate func(map[string]any)
		sign   func(map[string]any) (string, error)
		want   refusal.Code
	}{
		"nothing changed":                {func(map[string]any) {}, nil, ""},
		"wrong nonce":                    {set("nonce", "another"), nil, refusal.LoginNonce},
		"no nonce":                       {set("nonce", nil), nil, refusal.LoginNonce},
		"wrong issuer":                   {set("iss", "https://example.org"), nil, refusal.LoginIssuer},
		"issuer with a slash":            {set("iss", f.issuer+"/"), nil, refusal.LoginIssuer},
		"no issuer":                      {set("iss", nil), nil, refusal.LoginIssuer},
		"wrong audience":                 {set("aud", "other"), nil, refusal.LoginAudience},
		"no audience":                    {set("aud", nil), nil, refusal.LoginAudience},
		"two audiences for the other":    {func(m map[string]any) { m["aud"], m["azp"] = []string{"sol", "other"}, "other" }, nil, refusal.LoginAudience},
		"two audiences without a party":  {func(m map[string]any) { m["aud"] = []string{"sol", "other"}; delete(m, "azp") }, nil, refusal.LoginAudience},
		"two audiences for this service": {func(m map[string]any) { m["aud"], m["azp"] = []string{"other", "sol"}, "sol" }, nil, ""},
		"expired":                        {set("exp", now.Add(-time.Second).Unix()), nil, refusal.LoginExpired},
		"no expiry":                      {set("exp", nil), nil, refusal.LoginExpired},
		"issued in the future":           {set("iat", now.Add(time.Hour).Unix()), nil, refusal.LoginExpired},
		"not valid yet":                  {set("nbf", now.Add(time.Hour).Unix()), nil, refusal.LoginExpired},
		"no subject":                     {set("sub", nil), nil, refusal.LoginToken},
		"another subject than userinfo":  {set("sub", "s-2"), nil, refusal.LoginToken},
		"hash of another access token":   {set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), nil, refusal.LoginToken},
		"signed by a key of nobody":      {func(map[string]any) {}, other.Sign, refusal.LoginSignature},
		"not signed":                     {func(map[string]any) {}, unsigned, refusal.LoginSignature},
		"no token":                       {func(map[string]any) {}, func(map[string]any) (string, error) { return "", nil }, refusal.LoginToken},
		"no JWT":                         {func(map[string]any) {}, func(map[string]any) (string, error) { return "a.b", nil }, refusal.LoginSignature},
	} {
		f.mutate, f.sign = c.mutate, c.sign
		if l, code := f.logIn("s-1"); code != c.want || code != "" && l.Subject != "" {
			t.Errorf("%s: got %q, %+v, want %q", name, code, l.Assertion, c.want)
		}
	}
	f.mutate, f.sign = set("acr", nil), nil
	if l, code := f.logIn("s-1"); code != "" || l.Level != 0 {
		t.Errorf("an acr that only userinfo tells: got level %d, %s, want 0", l.Level, code)
	}
}

// What the browser brings back counts once, in its own time, for the provider to which it went, in the browser that began.
func TestWrongReturnsAreRefused(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	address, a := f.begin()
	query := f.passThrough(address, "s-1")
	with := func(name string, values ...string) url.Values {
		changed := url.Values{}
		for n, v := range query {
			changed[n] = v
		}
		if changed[name] = values; len(values) == 0 {
			delete(changed, name)
		}
		return changed
	}
	attempt := func(change func(*oidc.Attempt)) oidc.Attempt { b := a; change(&b); return b }
	elsewhere := f.client("altrove")
	for name, c := range map[string]struct {
		client  *oidc.Client
		attempt oidc.Attempt
		query   url.Values
		want    refusal.Code
	}{
		"another state":         {f.Client, a, with("state", "x"), refusal.LoginState},
		"no state":              {f.Client, a, with("state"), refusal.LoginState},
		"two states":            {f.Client, a, with("state", a.State, a.State), refusal.LoginState},
		"no cookie":             {f.Client, oidc.Attempt{}, with("state"), refusal.LoginState},
		"another provider":      {elsewhere, a, query, refusal.LoginState},
		"too late":              {f.Client, attempt(func(b *oidc.Attempt) { b.Begun = b.Begun.Add(-11 * time.Minute) }), query, refusal.LoginTooLate},
		"begun in the future":   {f.Client, attempt(func(b *oidc.Attempt) { b.Begun = b.Begun.Add(time.Hour) }), query, refusal.LoginTooLate},
		"another issuer":        {f.Client, a, with("iss", "https://example.org"), refusal.LoginIssuer},
		"cancelled":             {f.Client, a, with("error", "access_denied"), refusal.LoginCancelled},
		"refused":               {f.Client, a, with("error", "server_error"), refusal.LoginProviderRefused},
		"no code":               {f.Client, a, with("code"), refusal.LoginProviderRefused},
		"a code that is none":   {f.Client, a, with("code", "x"), refusal.LoginProviderRefused},
		"another PKCE verifier": {f.Client, attempt(func(b *oidc.Attempt) { b.Verifier = strings.Repeat("a", 43) }), query, refusal.LoginProviderRefused},
	} {
		if _, code := c.client.Finish(ctx, c.attempt, c.query); code != c.want {
			t.Errorf("%s: got %q, want %q", name, code, c.want)
		}
	}
	address, a = f.begin()
	query = f.passThrough(address, "s-1")
	if _, code := f.Finish(ctx, a, query); code != "" {
		t.Errorf("got %q", code)
	}
	if _, code := f.Finish(ctx, a, query); code != refusal.LoginProviderRefused {
		t.Errorf("the code again: got %q", code)
	}
	for _, value := range []string{"", "x", "e30", strings.Repeat("A", 5000)} {
		if _, ok := oidc.DecodeAttempt(value); ok {
			t.Errorf("%.10q is the cookie of a login", value)
		}
	}
}

// Of two providers, none can pass off its return or its code as the other's (RFC 9207), and a code belongs to the service that began.
func TestProvidersAreNotMixedUp(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.discovery = func(document map[string]any) { document["authorization_response_iss_parameter_supported"] = true }
	address, a := f.begin()
	query := f.passThrough(address, "s-1")
	query.Del("iss")
	for name, c := range map[string]struct {
		iss  []string
		want refusal.Code
	}{
		"none, although the provider tells it": {nil, refusal.LoginIssuer},
		"another provider's":                   {[]string{"https://example.org"}, refusal.LoginIssuer},
		"both":                                 {[]string{f.issuer, "https://example.org"}, refusal.LoginIssuer},
		"another case":                         {[]string{strings.ToUpper(f.issuer)}, refusal.LoginIssuer},
	} {
		if query["iss"] = c.iss; c.iss == nil {
			query.Del("iss")
		}
		if _, code := f.Finish(ctx, a, query); code != c.want {
			t.Errorf("%s: got %q, want %q", name, code, c.want)
		}
	}
	query.Set("iss", f.issuer)
	if _, code := f.Finish(ctx, a, query); code != "" {
		t.Errorf("the provider's: got %q", code)
	}
	f.discovery, f.settings["client_id"] = nil, "other" // the code of a login at another service
	theirs, _, err := f.client("prova").Begin(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	code := f.passThrough(theirs, "s-1").Get("code")
	_, a = f.begin()
	if _, got := f.Finish(ctx, a, url.Values{"state": {a.State}, "code": {code}, "iss": {f.issuer}}); got != refusal.LoginProviderRefused {
		t.Errorf("the code of another service: got %q", got)
	}
	if a.Verifier = ""; !isNoAttempt(a) {
		t.Error("the cookie of a login without PKCE is one")
	}
}

func isNoAttempt(a oidc.Attempt) bool {
	_, ok := oidc.DecodeAttempt(a.Encode())
	return !ok
}

// A level counts as the provider's documents write it, and as nothing else.
func TestShapesOfTheLevel(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct {
		acr  any
		want int
	}{
		{"https://www.spid.gov.it/SpidL1", 1}, {"https://www.spid.gov.it/SpidL2", 2}, {"https://www.spid.gov.it/SpidL3", 3}, // CIE tells the same
		{"HTTPS://WWW.SPID.GOV.IT/SPIDL3", 0}, {"https://www.spid.gov.it/SpidL3 ", 0}, {"https://www.spid.gov.it/SpidL3/", 0}, {"http://www.spid.gov.it/SpidL3", 0},
		{"SpidL2", 0}, {"https://www.spid.gov.it/SpidL2 https://www.spid.gov.it/SpidL1", 0}, {2, 0}, {"2", 0}, {true, 0}, {nil, 0}, {"", 0},
		{[]string{"https://www.spid.gov.it/SpidL2"}, 0}, {[]string{"https://www.spid.gov.it/SpidL1", "https://www.spid.gov.it/SpidL3"}, 0}, {map[string]any{"essential": true}, 0}, {[]any{}, 0},
	} {
		f.mutate = func(claims map[string]any) { claims["acr"] = c.acr }
		if l, code := f.logIn("s-1"); code != "" || l.Level != c.want {
			t.Errorf("%v: got level %d, %q, want %d", c.acr, l.Level, code, c.want)
		}
	}
}

// New keys of the provider are read when a token names one. A provider that is away is said to be, and asked again.
func TestProviderRotatesItsKeysAndIsUnavailable(t *testing.T) {
	f := newFixture(t)
	f.down.Store(true)
	if _, _, err := f.Begin(t.Context(), ""); err == nil {
		t.Error("a login begins at a provider that is away")
	}
	f.down.Store(false)
	for range 3 {
		if _, code := f.logIn("s-1"); code != "" {
			t.Fatalf("got %q", code)
		}
		if err := f.provider.RotateKey(); err != nil {
			t.Fatal(err)
		}
	}
	f.keysDown.Store(true) // a key that is not known yet: nobody can say that the signature is wrong
	if _, code := f.logIn("s-1"); code != refusal.LoginProviderUnavailable {
		t.Errorf("keys that cannot be read: got %q, want %q", code, refusal.LoginProviderUnavailable)
	}
	f.keysDown.Store(false)
	if _, code := f.logIn("s-1"); code != "" {
		t.Errorf("keys that can be read again: got %q", code)
	}
	address, a := f.begin()
	query := f.passThrough(address, "s-1")
	f.down.Store(true)
	if _, code := f.Finish(t.Context(), a, query); code != refusal.LoginProviderUnavailable {
		t.Errorf("got %q, want %q", code, refusal.LoginProviderUnavailable)
	}
	f.offset.Store(int64(2 * time.Hour)) // the endpoints are read again, and cannot be
	before := f.asked.Load()
	for range 2 {
		if _, _, err := f.Begin(t.Context(), ""); err != nil {
			t.Errorf("the last answer of the provider does not hold: %v", err)
		}
	}
	if n := f.asked.Load() - before; n != 1 {
		t.Errorf("a provider that is away was asked %d times at once, want 1", n)
	}
	f.offset.Store(int64(2*time.Hour + 2*time.Minute))
	if _, _, err := f.Begin(t.Context(), ""); err != nil || f.asked.Load() != before+2 {
		t.Errorf("got %v and %d questions, want another one after a minute", err, f.asked.Load()-before)
	}
}

// A logout token ends sessions; an ID token, an old one, one of another provider or for another service does not.
func TestLogoutTokens(t *testing.T) {
	f := newFixture(t)
	now := time.Now()
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   refusal.Code
	}{
		"of a session":      {func(map[string]any) {}, ""},
		"of the person":     {func(m map[string]any) { delete(m, "sid") }, ""},
		"of a session only": {func(m map[string]any) { delete(m, "sub") }, ""},
		"of nobody":         {func(m map[string]any) { delete(m, "sub"); delete(m, "sid") }, refusal.LoginToken},
		"with a nonce":      {func(m map[string]any) { m["nonce"] = "n" }, refusal.LoginToken},
		"no event":          {func(m map[string]any) { delete(m, "events") }, refusal.LoginToken},
		"another event":     {func(m map[string]any) { m["events"] = map[string]any{"urn:x": map[string]any{}} }, refusal.LoginToken},
		"old":               {func(m map[string]any) { m["iat"] = now.Add(-time.Hour).Unix() }, refusal.LoginExpired},
		"expired":           {func(m map[string]any) { m["exp"] = now.Add(-time.Minute).Unix() }, refusal.LoginExpired},
		"another issuer":    {func(m map[string]any) { m["iss"] = "https://example.org" }, refusal.LoginIssuer},
		"another service":   {func(m map[string]any) { m["aud"] = "other" }, refusal.LoginAudience},
	} {
		claims := map[string]any{
			"iss": f.issuer, "aud": "sol", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": "1", "sub": "s-1", "sid": "x",
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
		}
		c.change(claims)
		token, err := f.provider.Sign(claims)
		if err != nil {
			t.Fatal(err)
		}
		subject, session, code := f.VerifyLogout(t.Context(), token)
		if code != c.want || code == "" && subject == "" && session == "" || code != "" && subject+session != "" {
			t.Errorf("%s: got %q %q %q, want %q", name, subject, session, code, c.want)
		}
	}
	l, code := f.logIn("s-1")
	if code != "" {
		t.Fatal(code)
	}
	for _, token := range []string{l.IDToken, "", "x"} {
		if _, _, code := f.VerifyLogout(t.Context(), token); code == "" {
			t.Errorf("%.10q ends sessions", token)
		}
	}
}

// Settings with which logins would not be safe, or could not work, stop the start.
func TestSettingsAreChecked(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for settings, ok := range map[string]bool{
		`{"issuer": "https://example.org", "client_id": "a"}`: true, `{"issuer": "http://127.0.0.1:8/x", "client_id": "a"}`: true, `{"issuer": "http://[::1]:8", "client_id": "a"}`: true,
		`{"issuer": "http://example.org", "client_id": "a"}`: false, `{"issuer": "http://localhost.example.org", "client_id": "a"}`: false, `{"issuer": "https://u:p@example.org", "client_id": "a"}`: false,
		`{"issuer": "example.org", "client_id": "a"}`: false, `{"client_id": "a"}`: false, `{"issuer": "https://example.org"}`: false,
		`{"issuer": "https://example.org", "client_id": "a", "levels": {"x": 4}}`: false, `{"issuer": "https://example.org", "client_id": "a", "colour": 1}`: false,
		`{"issuer": "https://example.org", "client_id": "a", "client_secret_file": "` + empty + `"}`: false, `{"issuer": "https://example.org", "client_id": "a", "client_secret_file": "/nowhere"}`: false,
	} {
		if _, err := oidc.New(oidc.Config{Provider: idp.Provider{Name: "a", OIDC: json.RawMessage(settings)}, Now: time.Now}); (err == nil) != ok {
			t.Errorf("%s: got %v, want accepted %v", settings, err, ok)
		}
	}
}
