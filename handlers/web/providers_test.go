// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/rolemapping"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/oidc"
	"github.com/sol-assistenza/sol/handlers/identity/oidc/simulator"
	"github.com/sol-assistenza/sol/handlers/web"
)

// providerSystem is a system with a real identity provider in this process: one entry for staff, one for citizens.
type providerSystem struct {
	*system
	provider *simulator.Provider
	issuer   string
	mutate   func(claims map[string]any) // changes the claims of ID tokens before the provider signs them again; nil: no change
	signer   func(claims map[string]any) (string, error)
}

// RoundTrip changes the ID token in the answer of the token endpoint.
func (s *providerSystem) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || s.mutate == nil || !strings.HasSuffix(r.URL.Path, "/oauth/token") || answer.StatusCode != http.StatusOK {
		return answer, err
	}
	var tokens map[string]any
	err = json.NewDecoder(answer.Body).Decode(&tokens)
	s.must(err)
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(tokens["id_token"].(string), ".")[1])
	s.must(err)
	claims := map[string]any{}
	s.must(json.Unmarshal(payload, &claims))
	s.mutate(claims)
	tokens["id_token"], err = s.signer(claims)
	s.must(err)
	body, err := json.Marshal(tokens)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	answer.Header.Del("Content-Length")
	return answer, err
}

func newProviderSystem(t *testing.T) *providerSystem {
	t.Helper()
	s := &providerSystem{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.provider.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s.issuer = server.URL
	var err error
	s.provider, err = simulator.New(simulator.Config{Issuer: server.URL, Title: "Prova", People: []simulator.Person{
		{Client: "rupar", Subject: "s-1", Label: "Anna", ACR: "https://www.spid.gov.it/SpidL2", Claims: map[string]any{"given_name": "Anna", "family_name": "Prova", "groups": []string{"torino"}}},
		{Client: "rupar", Subject: "s-2", Label: "Bice", ACR: "https://www.spid.gov.it/SpidL2", Claims: map[string]any{"given_name": "Bice", "family_name": "Prova", "groups": []string{"altro"}}},
		{Client: "spid", Subject: "c-1", ACR: "https://www.spid.gov.it/SpidL2", Claims: map[string]any{"given_name": "Carla", "family_name": "Prova", "fiscalNumber": "TINIT-RSSMRA80A01H501U"}},
		{Client: "spid", Subject: "c-2", ACR: "https://www.spid.gov.it/SpidL1", Claims: map[string]any{"given_name": "Carla", "family_name": "Prova", "fiscalNumber": "TINIT-RSSMRA80A01H501U"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	entry := func(name, label string, audience idp.Audience, m rolemapping.Mapping) idp.Provider {
		settings, err := json.Marshal(oidc.Settings{Issuer: s.issuer, ClientID: name})
		if err != nil {
			t.Fatal(err)
		}
		return idp.Provider{Name: name, Label: label, Audience: audience, OIDC: settings, Mapping: m}
	}
	providers := []idp.Provider{
		entry("rupar", "credenziali RUPAR", idp.ForStaff, rolemapping.Mapping{{Claim: "groups", Value: "torino", Role: person.ASROperator, Entity: torino}}),
		entry("spid", "SPID o CIE", idp.ForCitizens, nil),
	}
	s.system = newSystem(t, func(c *web.Config) {
		c.App.Identity.Providers = providers
		for _, p := range providers {
			var client *oidc.Client
			if client, err = oidc.New(oidc.Config{Provider: p, PublicURL: c.PublicURL, Now: time.Now, Transport: s}); err != nil {
				return
			}
			c.OIDC = append(c.OIDC, client)
		}
	})
	s.must(err)
	for _, p := range providers {
		s.provider.Register(simulator.Client{
			ID: p.Name, ReturnURL: "http://localhost" + oidc.ReturnPath(p.Name), LoggedOutURL: "http://localhost" + oidc.LoggedOutPath, BackChannelURL: s.server.Address + oidc.BackChannelPath(p.Name),
		})
	}
	_, err = s.App.Accounts.Mappings.Confirm(t.Context(), accounts.CommandLine, providers[0])
	s.must(err)
	return s
}

// at returns the address to which an answer sends the browser, without going there.
func (s *providerSystem) at(answer *http.Response, err error) *url.URL {
	s.Helper()
	s.must(err)
	s.must(answer.Body.Close())
	to, err := answer.Location()
	s.must(err)
	return to
}

// passThrough goes through the provider as a person, and returns the path with which the browser comes back.
func (s *providerSystem) passThrough(address *url.URL, subject string) string {
	s.Helper()
	browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Hostname() == "localhost" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	login, err := browser.Get(address.String())
	s.must(err)
	s.must(login.Body.Close())
	return s.at(browser.PostForm(s.issuer+"/login", url.Values{"id": {login.Request.URL.Query().Get("id")}, "persona": {subject}})).RequestURI()
}

// begin starts a login at a provider and returns the address to which the browser goes.
func (s *providerSystem) begin(b *browser, provider string) *url.URL {
	s.Helper()
	stay := *b.client
	stay.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s.at(stay.Get(s.server.Address + oidc.StartPath(provider)))
}

func (s *providerSystem) logIn(b *browser, provider, subject string) *page {
	s.Helper()
	return b.open(s.passThrough(s.begin(b, provider), subject))
}

func (b *browser) cookie(path, name string) string {
	b.w.Helper()
	at, err := url.Parse(b.w.server.Address + path)
	b.w.must(err)
	for _, c := range b.client.Jar.Cookies(at) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// FAQ 2.1 and 2.2: the login page offers the ways of each audience; a login leads to role and placement; wrong choices are explained, and every
// refusal is on record.
func TestLoginThroughAProvider(t *testing.T) {
	s := newProviderSystem(t)
	b := s.browser()
	b.open("/").want(200).shows("nome utente, password e PIN, oppure credenziali RUPAR", "Per i cittadini: SPID o CIE")
	b.open("/assistenza").want(200).shows("acceda prima di scrivere")
	b.open("/accesso?poi=/ticket/x").want(200).shows("Accedi con credenziali RUPAR", "Entra con SPID o CIE", "Oppure con nome utente, password e PIN")

	queue := s.logIn(b, "rupar", "s-1").want(200).shows("Anna Prova", "Operatore ASR, ASL Città di Torino")
	if queue.at.Path != "/code/nuove" {
		t.Errorf("after the login: got page %s, want /code/nuove", queue.at)
	}
	citizen := s.browser()
	s.logIn(citizen, "spid", "c-1").want(200).shows("Carla Prova")
	if own := citizen.open("/mio-account").want(200).shows("Sessioni aperte", "si cambiano presso quel servizio").text(); strings.Contains(own, "Cambi password") || strings.Contains(own, "Nome utente") {
		t.Errorf("own account after a login through a provider: got %s", own)
	}

	s.logIn(s.browser(), "rupar", "s-2").want(401).shows("non risulta abilitato come operatore", "scelga l’accesso per i cittadini", "modulo di assistenza")
	s.logIn(s.browser(), "spid", "c-2").want(401).shows("ripeta l’accesso con il livello 2", "modulo di assistenza")
	stranger := s.browser()
	back := s.passThrough(s.begin(s.browser(), "spid"), "c-1")
	stranger.open(back).want(401).shows("non è cominciato in questa finestra", "Chiuda tutte le finestre del browser")
	if stranger.cookie("/", "sol") != "" {
		t.Error("a browser that did not begin the login has a session")
	}
	again := s.browser()
	back = s.passThrough(s.begin(again, "spid"), "c-1")
	again.open(back).want(200)
	again.open(back).want(401).shows("già stato concluso")
	cancelled := s.browser()
	state := s.begin(cancelled, "spid").Query().Get("state")
	cancelled.open(oidc.ReturnPath("spid") + "?error=access_denied&state=" + state).want(401).shows("è stato annullato")
	b.open("/accesso/con/nessuno").want(404)

	auditor := s.login("revisore", person.Auditor, "")
	auditor.open("/revisione/accessi").want(200).shows("Accesso con rupar", "Accesso con spid", "Accesso non riuscito con rupar: Con questa identità non risulta abilitato",
		"Accesso non riuscito con spid: L’identità usata non ha un livello", "Accesso non riuscito con spid: L’accesso non è cominciato", "Accesso non riuscito con spid: L’accesso è stato annullato")
}

// A login ends the session that the browser had. A logout here goes on at the provider, and one at the provider ends the session here.
func TestLogoutAtBothEnds(t *testing.T) {
	s := newProviderSystem(t)
	b := s.browser()
	s.logIn(b, "rupar", "s-1").want(200)
	old := b.cookie("/", "sol")
	s.logIn(b, "rupar", "s-1").want(200)
	if b.cookie("/", "sol") == old {
		t.Error("the login kept the session’s token")
	}
	if _, err := s.App.Identity.Authenticate(t.Context(), old); err == nil {
		t.Error("the session of before goes on")
	}
	hint := b.cookie(oidc.LoggedOutPath, "sol-uscita")
	if strings.Count(hint, ".") != 2 || b.cookie("/", "sol-uscita") != "" {
		t.Error("the logout has no ID token, or other pages have it")
	}

	// At the provider: a forged token ends nothing, the provider's ends the session.
	post := func(token string) int {
		t.Helper()
		answer, err := http.PostForm(s.server.Address+oidc.BackChannelPath("rupar"), url.Values{"logout_token": {token}})
		s.must(err)
		s.must(answer.Body.Close())
		return answer.StatusCode
	}
	if got := post(hint); got != 400 {
		t.Errorf("an ID token as logout token: got status %d, want 400", got)
	}
	b.open("/code/nuove").want(200).shows("Anna Prova")
	s.must(s.provider.LogOut(t.Context(), "rupar", "s-1", ""))
	if p := b.open("/code/nuove"); p.at.Path != "/accesso" {
		t.Errorf("after the logout at the provider: got page %s, want the login", p.at)
	}
	for range 300 { // more than the limit of logins lets pass; LogOut returns an error when one is refused
		s.must(s.provider.LogOut(t.Context(), "rupar", "s-2", ""))
	}

	// Here: the browser goes on to the provider, which knows the session and sends it back.
	s.logIn(b, "rupar", "s-1").want(200)
	out := b.open("/code/nuove").submit("Esci", nil).want(200).shows("È uscito dall’area riservata")
	_, target, _ := strings.Cut(out.header.Get("Refresh"), "url=")
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if back := s.at(stay.Get(target)); back.String() != "http://localhost/uscita" {
		t.Errorf("the provider sends the browser to %s", back)
	}
	b.open("/uscita").want(200).shows("È uscito dall’area riservata.")
	if p := b.open("/code/nuove"); p.at.Path != "/accesso" || b.cookie(oidc.LoggedOutPath, "sol-uscita") != "" {
		t.Errorf("after the logout: got page %s", p.at)
	}
}

// The administrators' page shows a changed mapping, and two different administrators put it in force.
func TestTwoAdministratorsConfirmAMapping(t *testing.T) {
	s := newProviderSystem(t)
	first, second := s.login("ada", person.Administrator, ""), s.login("bruno", person.Administrator, "")
	first.open("/amministrazione/identita").want(200).shows("credenziali RUPAR", "Regole in vigore", "Operatore ASR").doesNotShow("da confermare")
	s.App.Identity.Providers[0].Mapping = rolemapping.Mapping{{Claim: "groups", Value: "torino", Role: person.ASRSupervisor, Entity: torino}}
	first.open("/amministrazione/identita").submit("Conferma le regole", nil).want(200).shows("valgono dopo quella di un altro amministratore", "Manca la conferma di un altro amministratore")
	s.logIn(s.browser(), "rupar", "s-1").want(200).shows("Operatore ASR")
	second.open("/amministrazione/identita").submit("Conferma le regole", nil).want(200).shows("Le regole sono in vigore")
	s.logIn(s.browser(), "rupar", "s-1").want(200).shows("Supervisore ASR")
}

// An administrator binds an identity to an account on its page: the person logs in with the roles that they have here. The end of the binding ends
// the session.
func TestAdministratorBindsAnIdentity(t *testing.T) {
	s := newProviderSystem(t)
	dario := s.Account(t, "dario", person.ASROperator, torino)
	s.Account(t, "bruno", person.Administrator, "")
	ada := s.login("ada", person.Administrator, "")
	const subject = "Oppure il suo identificativo presso il servizio, se non comunica il codice fiscale"
	page := "/amministrazione/persone/" + dario
	ada.open(page).want(200).shows("Identità collegate", "Nessuna: la persona entra con nome utente", "credenziali RUPAR").doesNotShow("SPID o CIE").
		submit("Collega l’identità", formValues{"Servizio di identità": "credenziali RUPAR", "Codice fiscale della persona": "RSSMRA80A01H501V"}).want(422).shows("Scriva il codice fiscale della persona oppure").
		submit("Collega l’identità", formValues{"Servizio di identità": "credenziali RUPAR", "Codice fiscale della persona": "", subject: "s-2"}).want(200).
		shows("L’identità è collegata", "con l’identificativo presso il servizio", "Collegare un’identità: credenziali RUPAR", "s-2").doesNotShow("Nessuna: la persona entra")
	b := s.browser()
	if queue := s.logIn(b, "rupar", "s-2").want(200).shows("Operatore ASR, ASL Città di Torino"); queue.at.Path != "/code/nuove" {
		t.Errorf("after the login: got page %s, want /code/nuove", queue.at)
	}
	other := s.Account(t, "elsa", person.Auditor, "")
	ada.open("/amministrazione/persone/"+other).submit("Collega l’identità", formValues{"Servizio di identità": "credenziali RUPAR", subject: "s-2"}).want(409).shows("già collegata all’utenza dario")
	ada.open("/amministrazione/persone/"+other).submit("Collega l’identità", formValues{"Servizio di identità": "credenziali RUPAR", subject: "s-9"}).want(200).shows("attende la conferma di un altro amministratore", "Nessuna: la persona entra")
	ada.open("/amministrazione/conferme").want(200).shows("Collegare un’identità: credenziali RUPAR", "s-9")
	ada.open(page).submit("Scollega", nil).want(200).shows("L’identità è scollegata", "Scollegare un’identità: credenziali RUPAR")
	if after := b.open("/code/nuove"); after.at.Path != "/accesso" {
		t.Errorf("after the end of the binding: got page %s, want the login", after.at)
	}
	s.logIn(s.browser(), "rupar", "s-2").want(401).shows("non risulta abilitato come operatore")
}

// Outside the demo a citizen's password opens nothing, and the page says which way to take (decree-law 76/2020, article 24).
func TestCitizensLogInWithoutAPassword(t *testing.T) {
	s := newProviderSystem(t)
	s.Account(t, "dora", person.Citizen, "")
	s.App.Identity.CitizenPasswords = false
	form := s.browser().open("/accesso")
	form.submit("Accedi", formValues{"Nome utente": "dora", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(401).
		shows("I cittadini non hanno una password di questo servizio: entrano con SPID o CIE", "modulo di assistenza", "Entra con SPID o CIE")
	form.submit("Accedi", formValues{"Nome utente": "dora", "Password": "sbagliata", "PIN": handlertest.PIN}).want(401).
		shows("Nome utente, password o PIN non sono corretti").doesNotShow("I cittadini non hanno")
}

// Each wrong token of a provider, and each forged logout, opens no session, is explained, and is on record with its reason.
func TestEachWrongTokenIsOnRecord(t *testing.T) {
	s := newProviderSystem(t)
	other, err := simulator.New(simulator.Config{Issuer: s.issuer})
	s.must(err)
	set := func(name string, value any) func(map[string]any) {
		return func(claims map[string]any) { claims[name] = value }
	}
	for _, c := range []struct {
		mutate func(map[string]any)
		signer func(map[string]any) (string, error)
		reason refusal.Code
	}{
		{set("nonce", "another"), s.provider.Sign, refusal.LoginNonce}, {set("iss", "https://example.org"), s.provider.Sign, refusal.LoginIssuer},
		{set("aud", "rupar"), s.provider.Sign, refusal.LoginAudience}, {set("exp", time.Now().Add(-time.Minute).Unix()), s.provider.Sign, refusal.LoginExpired},
		{set("x", 1), other.Sign, refusal.LoginSignature}, {set("sub", "c-2"), s.provider.Sign, refusal.LoginToken}, {set("acr", "https://www.spid.gov.it/SpidL1"), s.provider.Sign, refusal.LoginLevel},
	} {
		s.mutate, s.signer = c.mutate, c.signer
		b := s.browser()
		s.logIn(b, "spid", "c-1").want(401).shows("Accesso non riuscito", "modulo di assistenza").doesNotShow("Carla")
		if b.cookie("/", "sol") != "" {
			t.Errorf("%s: the browser has a session", c.reason)
		}
		s.wantLastLogin("failure spid " + string(c.reason))
	}
	s.mutate = nil
	answer, err := http.PostForm(s.server.Address+oidc.BackChannelPath("spid"), url.Values{"logout_token": {"a.b.c"}})
	s.must(err)
	s.must(answer.Body.Close())
	s.wantLastLogin("failure spid " + string(refusal.LoginSignature))
}

// wantLastLogin checks the newest login record: its kind, provider and reason.
func (s *providerSystem) wantLastLogin(want string) {
	s.Helper()
	all, err := accesslog.ListLogins(s.Context(), s.Store.Pools().Request, person.Actor{ID: "auditor", Role: person.Auditor}, "", 0, 1)
	s.must(err)
	if len(all) != 1 || all[0].Kind+" "+all[0].Provider+" "+all[0].Reason != want {
		s.Errorf("got on record %+v, want %s", all, want)
	}
}
