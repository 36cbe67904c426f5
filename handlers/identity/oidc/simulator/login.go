// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package simulator

import (
	"bytes"
	"html/template"
	"net/http"
)

var loginPage = template.Must(template.New("login").Parse(`<!doctype html>
<html lang="it">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}} (dimostrazione)</title></head>
<body>
<main>
<h1>{{.Title}} (dimostrazione)</h1>
<p>Questo servizio di identità è simulato: le persone sono inventate e nessuno chiede una password. Scelga come chi entrare.</p>
{{$id := .ID}}{{range .People}}
<form method="post" action="/login"><input type="hidden" name="id" value="{{$id}}">
<p><button name="persona" value="{{.Subject}}">{{.Label}}</button></p></form>
{{else}}<p>L’accesso è scaduto: lo ricominci.</p>{{end}}
</main>
</body>
</html>
`))

// loginPage shows the persons who can log in.
func (p *Provider) loginPage(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("id")
	var page bytes.Buffer
	err := loginPage.Execute(&page, struct {
		Title, ID string
		People    []Person
	}{p.Title, id, p.peopleOf(id)})
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	_, _ = page.WriteTo(w) // the client is gone
}

// logIn finishes the login as the person who was chosen.
func (p *Provider) logIn(w http.ResponseWriter, r *http.Request) {
	next, err := p.Choose(r.Context(), r.PostFormValue("id"), r.PostFormValue("persona"))
	if err != nil {
		http.Error(w, "L’accesso è scaduto: lo ricominci.", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // G710: Choose returns the address that the client registered
}
