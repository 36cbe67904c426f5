// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailin

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/mailaddr"
)

func TestMain(m *testing.M) { storetest.Run(m) }

var (
	anna   = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: "010301"}
	system = person.Actor{ID: "auto-close", Role: person.System}
)

// world is a listener on a log of its own.
type world struct {
	*testing.T
	store     *eventstore.Store
	desk      *desk.Desk
	addresses *mailaddr.Addresses
	at        string

	mu      sync.Mutex
	bounced []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, store: storetest.New(t).Store}
	w.desk = desk.New(w.store, ticket.Rules{Catalog: catalog.Default()})
	w.addresses = mailaddr.New(w.store.KeyedHash, "assistenza.example.it")
	s, err := New(Config{Store: w.store, Desk: w.desk, Catalog: catalog.Default(), Addresses: w.addresses, Domain: "assistenza.example.it",
		Bounced: func(_ context.Context, id string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.bounced = append(w.bounced, id)
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.at = on.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, on) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return w
}

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

func (w *world) do(on ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	if _, err := w.desk.Dispatch(w.Context(), desk.Request{Ticket: on, Command: c, By: by}); err != nil {
		w.Fatal(err)
	}
}

// open makes a ticket and brings it into a status.
func (w *world) open(status ticket.Status) ticket.ID {
	w.Helper()
	id := newID()
	w.do(id, person.Actor{Role: person.Anonymous}, ticket.Open{
		Number: string(id), Service: "ritiro-documenti", Problem: "altro", Entity: "010301", Channel: ticket.Web,
		Identity: ticket.Declared, Subject: "s", Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it", Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	})
	note := func() *ticket.NewNote { return &ticket.NewNote{ID: newID(), Text: "Testo", Visibility: ticket.Public} }
	switch status {
	case ticket.Waiting:
		w.do(id, anna, ticket.Update{Status: ticket.Waiting, Note: note()})
	case ticket.Solved, ticket.Closed:
		w.do(id, anna, ticket.Update{Status: ticket.Solved, Note: note()})
	case ticket.New, ticket.InProgress, ticket.HandedOver:
	}
	if status == ticket.Closed {
		w.do(id, system, ticket.Close{Resolution: 1})
	}
	return id
}

// mail brings a message by SMTP and answers what the server said.
func (w *world) mail(to, raw string) error {
	return smtp.SendMail(w.at, nil, "prova@example.it", []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
}

// last is the latest event of a ticket, with its state and how many events there are.
func (w *world) last(id ticket.ID) (ticket.Event, ticket.State, int) {
	w.Helper()
	history, err := w.desk.History(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	s, _, err := w.desk.State(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return history[len(history)-1].Event, s, len(history)
}

func plain(text string, headers ...string) string {
	return strings.Join(append([]string{"From: Prova <prova@example.it>", "Subject: Re: richiesta", "Message-ID: <" + uuid.NewString() + "@example.it>"}, headers...), "\n") +
		"\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
}

func TestAReplyReopensAResolvedTicket(t *testing.T) {
	w := newWorld(t)
	id := w.open(ticket.Solved)
	raw := plain("Non funziona ancora.\n\nIl giorno lun 23 nov 2026 alle ore 10:00 SOL Assistenza ha scritto:\n> La Sua richiesta è risolta")
	for range 2 { // the peer did not hear our answer and comes again
		if err := w.mail(w.addresses.Reply(id), raw); err != nil {
			t.Fatal(err)
		}
	}
	_, s, n := w.last(id)
	history, _ := w.desk.History(t.Context(), id)
	said, ok := history[n-2].Event.(ticket.CitizenReplied)
	if s.Status != ticket.InProgress || n != 5 || !ok || said.Kind != ticket.NotSolved || said.Personal.Text != "Non funziona ancora." {
		t.Errorf("it is %s after %d events: %+v", s.Status, n, said)
	}
}

func TestWhatChangesNoStatus(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		raw     string
		flagged bool
	}{
		"an answering machine":  {plain("Sono fuori ufficio fino a lunedì", "Auto-Submitted: auto-replied"), false},
		"out of office":         {strings.Replace(plain("Torno lunedì"), "Re: richiesta", "Risposta automatica: richiesta", 1), false},
		"a list":                {plain("Ciao", "List-Id: <lista.example.it>"), false},
		"bulk mail":             {plain("Ciao", "Precedence: bulk"), false},
		"thanks":                {plain("Grazie mille!\n\nInviato da iPhone"), true},
		"thanks and a greeting": {plain("Perfetto, grazie per la disponibilità.\nBuona giornata"), true},
		"only a quotation":      {plain("> La Sua richiesta è risolta"), false},
	} {
		for _, status := range []ticket.Status{ticket.Solved, ticket.Waiting} {
			id := w.open(status)
			_, _, before := w.last(id)
			if err := w.mail(w.addresses.Reply(id), c.raw); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			last, s, after := w.last(id)
			said, _ := last.(ticket.CitizenReplied)
			if s.Status != status || (after > before) != c.flagged || c.flagged && said.Kind != ticket.Message {
				t.Errorf("%s: it is %s with %+v", name, s.Status, last)
			}
		}
	}
	id := w.open(ticket.Waiting)
	if err := w.mail(w.addresses.Reply(id), plain("Grazie, ma era il 3 novembre")); err != nil {
		t.Fatal(err)
	}
	if _, s, _ := w.last(id); s.Status != ticket.InProgress {
		t.Errorf("an answer with thanks leaves it %s", s.Status)
	}
}

func TestAReplyToAClosedTicketOpensAnother(t *testing.T) {
	w := newWorld(t)
	id := w.open(ticket.Closed)
	if err := w.mail(w.addresses.Reply(id), plain("È di nuovo sparito")); err != nil {
		t.Fatal(err)
	}
	if err := w.mail(w.addresses.Reply(id), plain("Grazie")); err != nil {
		t.Fatal(err)
	}
	records, err := w.store.Read(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var opened []ticket.Opened
	for _, r := range records {
		if e, err := ticket.Decode(r.Type, r.Data, r.Personal); err == nil {
			if o, ok := e.(ticket.Opened); ok && o.Continues == id {
				opened = append(opened, o)
			}
		}
	}
	if len(opened) != 1 || opened[0].Personal.Description != "È di nuovo sparito" || opened[0].Identity != ticket.Declared || opened[0].Personal.FamilyName != "Fittizia" {
		t.Errorf("opened are %+v", opened)
	}
}

// withFile is a mail with an attachment.
func withFile(name, kind string, content []byte) string {
	return "From: prova@example.it\nMessage-ID: <" + uuid.NewString() + "@example.it>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\nContent-Type: text/plain; charset=utf-8\n\nEcco la ricevuta\n" +
		"--b\nContent-Type: " + kind + "\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"" + name + "\"\n\n" +
		base64.StdEncoding.EncodeToString(content) + "\n--b--\n"
}

func TestWhatIsRefusedStoresNothing(t *testing.T) {
	w := newWorld(t)
	id := w.open(ticket.Waiting)
	_, _, before := w.last(id)
	blobs := func() (n int) {
		if err := w.store.Worker().QueryRow(t.Context(), "select count(*) from log.blobs").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	good := w.addresses.Reply(id)
	forged := good[:10] + map[bool]string{true: "b", false: "a"}[good[10] == 'a'] + good[11:]
	for name, c := range map[string]struct{ to, raw, says string }{
		"a forged token":         {forged, plain("ciao"), "550"},
		"no token":               {"assistenza@assistenza.example.it", plain("ciao"), "550"},
		"somebody else's domain": {"prova@example.org", plain("ciao"), "550"},
		"an unknown ticket":      {w.addresses.Reply(newID()), plain("ciao"), "550"},
		"too large":              {good, plain(strings.Repeat("parole parole parole\n", 450_000)), "552"},
		"a forbidden kind":       {good, withFile("ricevuta.exe", "application/octet-stream", []byte("MZ")), `554 "5.7.0 The message was not accepted, and nothing was stored. Attachment \"ricevuta.exe\"`},
		"a lie about its kind":   {good, withFile("ricevuta.pdf", "application/pdf", []byte("MZ not a pdf")), "554"},
		"no end of parts":        {good, "From: a@example.it\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/plain\n\nx\n", 200) + "--b--\n", "554"},
	} {
		err := w.mail(c.to, c.raw)
		if err == nil || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, after := w.last(id); after != before || blobs() != 0 {
		t.Errorf("%d events more, %d blobs", after-before, blobs())
	}
	if err := w.mail(good, withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova"))); err != nil {
		t.Fatal(err)
	}
	last, s, _ := w.last(id)
	if said, ok := last.(ticket.CitizenReplied); !ok || len(said.Attachments) != 1 || said.Personal.FileNames[0] != "ricevuta.pdf" || s.Status != ticket.InProgress || blobs() != 1 {
		t.Errorf("a good one: %+v", last)
	}
}

func TestMailsThatComeBack(t *testing.T) {
	w := newWorld(t)
	report := func(action string) string {
		return "From: mailer-daemon@example.it\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry\n" +
			"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.it\n\nFinal-Recipient: rfc822; prova@example.it\nAction: " + action + "\nStatus: 5.1.1\n--b--\n"
	}
	m := uuid.NewString()
	for _, action := range []string{"delayed", "relayed", "failed"} {
		if err := w.mail(w.addresses.Bounce(m), report(action)); err != nil {
			t.Fatal(err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.bounced, []string{m}) {
		t.Errorf("came back: %v", w.bounced)
	}
}

func TestWrittenIsWithoutQuotationsAndSignatures(t *testing.T) {
	for name, c := range map[string]struct{ mail, want string }{
		"Gmail":              {"Era il 3 novembre\n\nIl giorno lun 23 nov 2026 alle ore 10:12 SOL Assistenza <\nassistenza@assistenza.example.it> ha scritto:\n\n> In che data?\n", "Era il 3 novembre"},
		"Outlook":            {"Era il 3 novembre.\n\nProva Fittizia\n________________________________\nDa: SOL Assistenza\nInviato: lunedì\n", "Era il 3 novembre.\n\nProva Fittizia"},
		"Outlook new":        {"Sì\n\nDa: SOL Assistenza <a@example.it>\nInviato: lunedì 23 novembre\nA: prova\nOggetto: richiesta\n\nIn che data?", "Sì"},
		"iPhone":             {"3 novembre\n\nInviato da iPhone\n\n> Il giorno 23 nov 2026, alle ore 10:12, SOL ha scritto:\n> \n", "3 novembre"},
		"Thunderbird":        {"Il 23/11/26 10:12, SOL Assistenza ha scritto:\n> In che data?\nIl 3 novembre\n-- \nProva Fittizia", ""},
		"English":            {"Done\n\nOn Mon, Nov 23, 2026 at 10:12 AM SOL <a@example.it> wrote:\n> ok", "Done"},
		"Libero":             {"Ecco\n\n-----Messaggio originale-----\nDa: SOL", "Ecco"},
		"a sentence with Il": {"Il referto non si apre.\nOn line non lo trovo.", "Il referto non si apre.\nOn line non lo trovo."},
		"a list":             {"Da: vedere\n- uno\n- due", "Da: vedere\n- uno\n- due"},
	} {
		if got := written(c.mail); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	page := `<html><head><style>p{}</style></head><body><div>Era il <b>3 novembre</b></div><div class="gmail_quote">Il giorno…<blockquote>In che data?</blockquote></div></body></html>`
	if got := written(fromHTML(page)); got != "Era il 3 novembre" {
		t.Errorf("a page: %q", got)
	}
}

// Whatever comes, nothing is made up and nothing panics.
func TestNothingIsMadeUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"> ", "Il giorno x ha scritto:", "-- ", "Da: a", "Inviato: b", "grazie"}))).Draw(t, "lines"), "\n")
		for _, line := range strings.Split(written(text), "\n") {
			if !strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), line) {
				t.Fatalf("%q is not in %q", line, text)
			}
		}
		raw := []byte("Content-Type: " + rapid.SampledFrom([]string{"text/plain", "text/html", "multipart/mixed; boundary=b", "message/rfc822", "x"}).Draw(t, "kind") +
			"\nContent-Transfer-Encoding: " + rapid.SampledFrom([]string{"base64", "quoted-printable", "boh"}).Draw(t, "encoding") + "\n\n" + text)
		if _, err := parse(raw, "a@example.it"); err != nil && errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		courteous(text)
	})
}

func TestCourtesies(t *testing.T) {
	for text, want := range map[string]bool{
		"Grazie!": true, "grazie mille e buona giornata": true, "OK, grazie. Cordiali saluti": true, "": false, "Grazie ma non va": false,
		"ok allora": false, "Grazie, Prova Fittizia": false, "👍": false,
	} {
		if got := courteous(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
