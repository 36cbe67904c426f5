// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web"
)

// Of large forms only so many are taken in at a time, also of those whose sender has to log in again. Others wait, and then are asked
// to try again.
func TestLargeFormsWaitForAPlace(t *testing.T) {
	one := middleware.New(middleware.Config{MaxUploads: 1, UploadWait: 50 * time.Millisecond})
	w := newSystem(t, func(c *web.Config) { c.Middleware = one })
	anna, id := w.login("anna", person.ASROperator, torino), w.open(request(torino))
	reader, writer := io.Pipe()
	slow, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.Address+"/assistenza/ritiro-documenti", reader)
	w.must(err)
	slow.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answers := make(chan int, 1)
	go func() {
		status := 0
		if response, err := http.DefaultClient.Do(slow); err == nil {
			status = response.StatusCode
			response.Body.Close()
		}
		answers <- status
	}()
	_, err = io.WriteString(writer, "nome=Maria") // the first is under way
	w.must(err)

	large, small := url.Values{"testo": {strings.Repeat("a", 100<<10)}}, url.Values{"testo": {"a"}}
	citizen, form, update := w.browser(), "/assistenza/ritiro-documenti", "/ticket/"+string(id)
	w.eventually("a second large one is refused", func() bool { return citizen.post(form, large).status == http.StatusServiceUnavailable })
	for what, p := range map[string]*page{"anybody": citizen.post(form, large), "no session": citizen.post(update, large), "operator": anna.post(update, large)} {
		if p.want(http.StatusServiceUnavailable).says("Troppi invii insieme", "non è stato modificato nulla", "torni indietro"); p.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", what)
		}
	}
	unread, end := io.Pipe() // nothing of it has to arrive for the refusal
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.Address+form, unread)
	w.must(err)
	r.ContentLength = 6 << 20
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	stuck := time.AfterFunc(2*time.Minute, func() { end.CloseWithError(errors.New("the refusal waits for the body")) })
	defer stuck.Stop()
	citizen.send(r).want(http.StatusServiceUnavailable)
	citizen.post(form, small).want(http.StatusUnprocessableEntity) // small ones pass
	citizen.post(update, small).want(http.StatusUnauthorized)
	w.must(writer.Close())
	if status := <-answers; status != http.StatusUnprocessableEntity {
		t.Errorf("the slow one is answered %d", status)
	}
	// The place is given back after the answer.
	w.eventually("there is a place again", func() bool { return citizen.post(form, large).status == http.StatusUnprocessableEntity })
	w.eventually("and again", func() bool { return citizen.post(update, large).status == http.StatusUnauthorized })
}
