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

// The number of large forms that are read at the same time is limited, also for senders without a session. Other large forms wait, and are
// refused after a time.
func TestNumberOfLargeFormsIsLimited(t *testing.T) {
	stack := middleware.New(middleware.Config{MaxUploads: 1, UploadWait: 50 * time.Millisecond})
	w := newSystem(t, func(c *web.Config) { c.Middleware = stack })
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
	_, err = io.WriteString(writer, "nome=Maria") // the first form is now being read
	w.must(err)

	large, small := url.Values{"testo": {strings.Repeat("a", 100<<10)}}, url.Values{"testo": {"a"}}
	citizen, form, update := w.browser(), "/assistenza/ritiro-documenti", "/ticket/"+string(id)
	w.eventually("a second large form is refused", func() bool { return citizen.post(form, large).status == http.StatusServiceUnavailable })
	for sender, p := range map[string]*page{"anybody": citizen.post(form, large), "no session": citizen.post(update, large), "operator": anna.post(update, large)} {
		if p.want(http.StatusServiceUnavailable).shows("Troppi invii insieme", "non è stato modificato nulla", "torni indietro"); p.header.Get("Retry-After") == "" {
			t.Errorf("%s: got no Retry-After", sender)
		}
	}
	unread, end := io.Pipe() // the refusal does not wait for the body
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.Address+form, unread)
	w.must(err)
	r.ContentLength = 6 << 20
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	stuck := time.AfterFunc(2*time.Minute, func() { end.CloseWithError(errors.New("the refusal waits for the body")) })
	defer stuck.Stop()
	citizen.send(r).want(http.StatusServiceUnavailable)
	citizen.post(form, small).want(http.StatusUnprocessableEntity) // small forms are not limited
	citizen.post(update, small).want(http.StatusUnauthorized)
	w.must(writer.Close())
	if status := <-answers; status != http.StatusUnprocessableEntity {
		t.Errorf("the slow form: got status %d, want %d", status, http.StatusUnprocessableEntity)
	}
	// The answer to a form frees its slot.
	w.eventually("a large form is accepted again", func() bool { return citizen.post(form, large).status == http.StatusUnprocessableEntity })
	w.eventually("another large form is accepted", func() bool { return citizen.post(update, large).status == http.StatusUnauthorized })
}
