// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"crypto/hmac"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/eventstore/notify"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// maxFillTime is the longest time from a page to the sending of its form. A later form is shown again.
const maxFillTime = 24 * time.Hour

// honeypotInput is the name of an input that people, screen readers and keyboards do not meet: it is not displayed.
const honeypotInput = "sito"

// newFormToken returns the token of a form: the time at which its page was made and a MAC over it and the form's idempotency key.
func (p *Pages) newFormToken(key string, made time.Time) string {
	at := strconv.FormatInt(made.UnixMilli(), 10)
	return at + "." + p.Identity.KeyedHash("opened-page", "form/"+key+"/"+at)
}

// parseFormToken returns the time in a token of the form with an idempotency key; false for a token that newFormToken did not make for it.
func (p *Pages) parseFormToken(key, token string) (made time.Time, valid bool) {
	at, mac, _ := strings.Cut(token, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	for _, want := range p.Identity.KeyedHashes("opened-page", "form/"+key+"/"+at) {
		if hmac.Equal([]byte(mac), []byte(want)) {
			return time.UnixMilli(ms), true
		}
	}
	return time.Time{}, false
}

// renewFormToken gives a form that is shown again a token of its own. The time in the token of the form before it stays, so that a person who
// corrects a field need not wait again.
func (p *Pages) renewFormToken(r *ui.Request, f *assistanceForm) {
	now := p.App.Store.Now()
	made := now
	if before, valid := p.parseFormToken(r.FormValue("chiave"), r.FormValue("pagina")); valid {
		if made = before; now.Sub(before) > maxFillTime {
			made = now.Add(-p.MinFillTime)
		}
	}
	f.FormToken = p.newFormToken(string(f.IdempotencyKey), made)
}

// checkForm checks a form that is sent without a login. The check is no puzzle for people: it refuses programs that fill in every field or send
// a form without its page, and it waits, within the request, until a person could have filled the form in. A refused form keeps what was
// typed and can be sent again. Error: a *ui.Problem, or that of the context.
func (p *Pages) checkForm(r *ui.Request) error {
	made, valid := p.parseFormToken(r.FormValue("chiave"), r.FormValue("pagina"))
	age := p.App.Store.Now().Sub(made)
	switch {
	case !valid, age > maxFillTime, age < -time.Minute:
		return &ui.Problem{
			Status: http.StatusForbidden, Title: "Controlli e invii di nuovo",
			Text: "La pagina era aperta da molto tempo, o non è arrivata intera. Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui: basta inviare di nuovo.",
		}
	case r.FormValue(honeypotInput) != "":
		return &ui.Problem{
			Status: http.StatusForbidden, Title: "Controlli e invii di nuovo",
			Text: "Un programma, o il completamento automatico del browser, ha riempito un campo che deve restare vuoto: lo abbiamo svuotato. Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui: basta inviare di nuovo.",
		}
	}
	if err := notify.Sleep(r.Context(), p.MinFillTime-age); err != nil {
		return err
	}
	switch used, err := p.App.Forms.TakeForm(r.Context(), r.FormValue("chiave")); {
	case err != nil:
		return err
	case used:
		return &ui.Problem{
			Status: http.StatusForbidden, Title: "Controlli e invii di nuovo",
			Text: "Questa pagina era già stata inviata più volte. Ciò che ha scritto è ancora qui: se la richiesta è un’altra, basta inviare di nuovo.",
		}
	}
	return nil
}
