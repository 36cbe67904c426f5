// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
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
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

func TestMain(m *testing.M) { storetest.Run(m, func() error { return storetest.Leaks() }) }

var (
	anna   = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: "010301"}
	system = person.Actor{ID: "auto-close", Role: person.System}
)

// fixture is a running Server with its own log.
type fixture struct {
	*testing.T
	store      *eventstore.Store
	dispatcher *app.TicketDispatcher
	addresses  *mailaddress.Addresses
	address    string
	stop       func() error

	mu      sync.Mutex
	bounced []string
}

func newFixture(t *testing.T, options ...func(*Config)) *fixture {
	t.Helper()
	w := &fixture{T: t, store: storetest.New(t).Store}
	w.addresses = mailaddress.New(w.store.KeyedHashes, "assistenza.example.it")
	people, err := identity.New(identity.Config{Pools: w.store.Pools(), KeyedHashes: w.store.KeyedHashes, Persons: persons.New(w.store), Clock: w.store.Now})
	if err != nil {
		t.Fatal(err)
	}
	service, err := app.New(app.Config{Store: w.store, Rules: rules.Engine{Catalog: catalog.Default()}, Identity: people})
	if err != nil {
		t.Fatal(err)
	}
	w.dispatcher = service.TicketDispatcher
	c := Config{App: service, Addresses: w.addresses, Domain: "assistenza.example.it",
		RecordBounce: func(_ context.Context, id string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.bounced = append(w.bounced, id)
			return nil
		}}
	for _, o := range options {
		o(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.address = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, listener) }()
	w.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return w
}

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

func (w *fixture) dispatch(id ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	handlertest.Dispatch(w.T, w.dispatcher, id, by, c)
}

// open opens a ticket and moves it to a status.
func (w *fixture) open(status ticket.Status) ticket.ID {
	w.Helper()
	id := newID()
	open := tickettest.DeclaredOpenCommand(string(id), "010301")
	open.Problem = "altro"
	w.dispatch(id, person.Actor{Role: person.Anonymous}, open)
	note := func() *ticket.NoteInput {
		return &ticket.NoteInput{ID: newID(), Text: "Testo", Visibility: ticket.Public}
	}
	switch status {
	case ticket.StatusWaiting:
		w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: note()})
	case ticket.StatusResolved, ticket.StatusClosed:
		w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: note()})
	case ticket.StatusNew, ticket.StatusInProgress, ticket.StatusHandedOver:
	}
	if status == ticket.StatusClosed {
		w.dispatch(id, system, ticket.Close{Resolution: 1})
	}
	return id
}

// mail sends a message by SMTP and returns the server's answer as an error; nil if it was accepted.
func (w *fixture) mail(to, raw string) error {
	return smtp.SendMail(w.address, nil, "prova@example.it", []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
}

// last returns the last event of a ticket, its state and the number of its events.
func (w *fixture) last(id ticket.ID) (ticket.Event, ticket.State, int) {
	w.Helper()
	history, err := w.dispatcher.History(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	s, _, err := w.dispatcher.State(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return history[len(history)-1].Event, s, len(history)
}

func plain(text string, headers ...string) string {
	return strings.Join(append([]string{"From: Prova <prova@example.it>", "Subject: Re: richiesta", "Message-ID: <" + uuid.NewString() + "@example.it>"}, headers...), "\n") +
		"\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
}

func TestReplyReopensResolvedTicket(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusResolved)
	raw := plain("Non funziona ancora.\n\nIl giorno lun 23 nov 2026 alle ore 10:00 SOL Assistenza ha scritto:\n> La Sua richiesta è risolta")
	for range 2 { // the peer did not get the answer and sends the mail again
		if err := w.mail(w.addresses.Reply(id), raw); err != nil {
			t.Fatal(err)
		}
	}
	_, s, n := w.last(id)
	history, _ := w.dispatcher.History(t.Context(), id)
	reply, ok := history[n-2].Event.(ticket.CitizenReplied)
	if s.Status != ticket.StatusInProgress || n != 5 || !ok || reply.Kind != ticket.ReplyNotSolved || reply.Personal.Text != "Non funziona ancora." {
		t.Errorf("got status %s after %d events, reply %+v, want %s after 5", s.Status, n, reply, ticket.StatusInProgress)
	}
}

func TestAutomaticMailsAndCourtesiesKeepTheStatus(t *testing.T) {
	w := newFixture(t)
	for name, c := range map[string]struct {
		raw     string
		flagged bool
	}{
		"automatic reply":       {plain("Sono fuori ufficio fino a lunedì", "Auto-Submitted: auto-replied"), false},
		"out of office":         {strings.Replace(plain("Torno lunedì"), "Re: richiesta", "Risposta automatica: richiesta", 1), false},
		"away":                  {strings.Replace(plain("Torno lunedì"), "Re: richiesta", "R: Fuori sede", 1), false},
		"a list":                {plain("Ciao", "List-Id: <lista.example.it>"), false},
		"bulk mail":             {plain("Ciao", "Precedence: bulk"), false},
		"thanks":                {plain("Grazie mille!\n\nInviato da iPhone"), true},
		"thanks and a greeting": {plain("Perfetto, grazie per la disponibilità.\nBuona giornata"), true},
		"thanks and a name":     {plain("Grazie mille 🙏\nProva"), true},
		"the requester's name":  {strings.Replace(plain("Perfetto, grazie.\nCordiali saluti\nProva Fittizia"), "From: Prova ", "From: ", 1), true},
		"a read receipt":        {"From: prova@example.it\nSubject: Letto: richiesta\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nIl messaggio è stato letto\n--b--\n", false},
		"a receipt of PEC":      {plain("Ricevuta di avvenuta consegna", "X-Ricevuta: avvenuta-consegna"), false},
		"Exchange auto-reply":   {plain("Casella piena", "X-Auto-Response-Suppress: All"), false},
	} {
		for _, status := range []ticket.Status{ticket.StatusResolved, ticket.StatusWaiting} {
			id := w.open(status)
			_, _, before := w.last(id)
			if err := w.mail(w.addresses.Reply(id), c.raw); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			last, s, after := w.last(id)
			reply, _ := last.(ticket.CitizenReplied)
			if s.Status != status || (after > before) != c.flagged || c.flagged && reply.Kind != ticket.ReplyMessage {
				t.Errorf("%s: got status %s, last event %+v, want %s", name, s.Status, last, status)
			}
		}
	}
	id := w.open(ticket.StatusWaiting)
	if err := w.mail(w.addresses.Reply(id), strings.Replace(plain("L’esame era a Cuneo"), "Re: richiesta", "Re: esame fatto fuori sede", 1)); err != nil {
		t.Fatal(err)
	}
	if _, s, _ := w.last(id); s.Status != ticket.StatusInProgress {
		t.Errorf("answer whose subject contains \"fuori sede\": got status %s, want %s", s.Status, ticket.StatusInProgress)
	}
	id = w.open(ticket.StatusWaiting)
	if err := w.mail(w.addresses.Reply(id), plain("Grazie, ma era il 3 novembre")); err != nil {
		t.Fatal(err)
	}
	if _, s, _ := w.last(id); s.Status != ticket.StatusInProgress {
		t.Errorf("answer with thanks: got status %s, want %s", s.Status, ticket.StatusInProgress)
	}
}

func TestReplyToClosedTicketOpensLinkedTicket(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusClosed)
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
			if o, ok := e.(ticket.Opened); ok && o.LinkedTo == id {
				opened = append(opened, o)
			}
		}
	}
	if len(opened) != 1 || opened[0].Personal.Description != "È di nuovo sparito" || opened[0].Identity != ticket.Declared || opened[0].Personal.FamilyName != "Fittizia" {
		t.Errorf("got opened tickets %+v, want one with the reply's text", opened)
	}
}

// nested returns a mail with nested multiparts.
func nested(depth int) string {
	var b strings.Builder
	b.WriteString("From: prova@example.it\n")
	for n := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", n, n)
	}
	return b.String() + "Content-Type: text/plain\n\nciao\n"
}

// withFile returns a mail with an attachment.
func withFile(name, kind string, content []byte) string {
	return "From: prova@example.it\nMessage-ID: <" + uuid.NewString() + "@example.it>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\nContent-Type: text/plain; charset=utf-8\n\nEcco la ricevuta\n" +
		"--b\nContent-Type: " + kind + "\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"" + name + "\"\n\n" +
		folded(base64.StdEncoding.EncodeToString(content)) + "\n--b--\n"
}

// folded breaks encoded content into lines of 76 characters.
func folded(s string) string {
	var b strings.Builder
	for line := range slices.Chunk([]byte(s), 76) {
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

func TestRefusedMailStoresNothing(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusWaiting)
	_, _, before := w.last(id)
	blobs := func() (n int) {
		if err := w.store.Pools().Consumer.QueryRow(t.Context(), "select count(*) from log.blobs").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	good := w.addresses.Reply(id)
	forged := good[:10] + map[bool]string{true: "b", false: "a"}[good[10] == 'a'] + good[11:]
	for name, c := range map[string]struct{ to, raw, want string }{
		"a forged token":         {forged, plain("ciao"), "550"},
		"no token":               {"assistenza@assistenza.example.it", plain("ciao"), "550"},
		"somebody else's domain": {"prova@example.org", plain("ciao"), "550"},
		"an unknown ticket":      {w.addresses.Reply(newID()), plain("ciao"), "550"},
		"too large":              {good, plain(strings.Repeat("parole parole parole\n", 450_000)), "552"},
		"forbidden file type":    {good, withFile("ricevuta.exe", "application/octet-stream", []byte("MZ")), `554 "5.7.0 The message was not accepted, and nothing was stored. Attachment \"ricevuta.exe\"`},
		"wrong content type":     {good, withFile("ricevuta.pdf", "application/pdf", []byte("MZ not a pdf")), "554"},
		"only a quotation":       {good, plain("> La Sua richiesta è risolta"), `554 "5.6.0 No text was found`},
		"broken base64":          {good, strings.Replace(withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova")), "JVBERi0", "JVB!!!!", 1), `554 "5.6.0 A part`},
		"cut off in the middle":  {good, strings.Replace(withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova")), "--b--", "", 1), `554 "5.6.0 A part`},
		"too much text and file": {good, strings.Replace(withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova")), "Ecco", strings.Repeat("Ecco\n", 20_000), 1), `554 "5.7.0 The message was not accepted, and nothing was stored. Its text`},
		"text too long":          {good, plain(strings.Repeat("Da: x\n", 100_000)), `554 "5.6.0 The message cannot be read: its text is over 512 kB`},
		"HTML text too long":     {good, strings.Replace(plain(strings.Repeat("<p>parole\n", 100_000)), "text/plain", "text/html", 1), `554 "5.6.0 The message cannot be read: its text is over 512 kB`},
		"over 1 MB":              {good, withFile("ricevuta.pdf", "application/pdf", append([]byte("%PDF-1.4 "), make([]byte, 1<<20)...)), `552 "5.3.4`},
		"header too long":        {good, plain("ciao", "X-Lungo: "+strings.Repeat("parole ", 1000)+strings.Repeat("\n parole parole parole parole", 12_000)), "554"},
		"nested too deeply":      {good, nested(200), "554"},
		"too many parts":         {good, "From: a@example.it\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/plain\n\nx\n", 200) + "--b--\n", "554"},
	} {
		err := w.mail(c.to, c.raw)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if _, _, after := w.last(id); after != before || blobs() != 0 {
		t.Errorf("got %d new events, %d blobs, want none", after-before, blobs())
	}
	if err := w.mail(good, withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova"))); err != nil {
		t.Fatal(err)
	}
	last, s, _ := w.last(id)
	if reply, ok := last.(ticket.CitizenReplied); !ok || len(reply.Attachments) != 1 || reply.Personal.FileNames[0] != "ricevuta.pdf" || s.Status != ticket.StatusInProgress || blobs() != 1 {
		t.Errorf("valid mail: got last event %+v, want a reply with one attachment", last)
	}
}

// failedDelivery returns the report of a mail server about a mail of ours.
func failedDelivery(action string) string {
	return "From: mailer-daemon@example.it\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry\n" +
		"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.it\n\nFinal-Recipient: rfc822; prova@example.it\nAction: " + action + "\nStatus: 5.1.1\n--b--\n"
}

func TestFailedDeliveryIsRecorded(t *testing.T) {
	w := newFixture(t)
	m := uuid.NewString()
	for _, action := range []string{"delayed", "relayed", "failed"} {
		if err := w.mail(w.addresses.Bounce(m), failedDelivery(action)); err != nil {
			t.Fatal(err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.bounced, []string{m}) {
		t.Errorf("got bounces %v, want %s once", w.bounced, m)
	}
}

func TestStripQuotes(t *testing.T) {
	for name, c := range map[string]struct{ mail, want string }{
		"Gmail":              {"Era il 3 novembre\n\nIl giorno lun 23 nov 2026 alle ore 10:12 SOL Assistenza <\nassistenza@assistenza.example.it> ha scritto:\n\n> In che data?\n", "Era il 3 novembre"},
		"Outlook":            {"Era il 3 novembre.\n\nProva Fittizia\n________________________________\nDa: SOL Assistenza\nInviato: lunedì\n", "Era il 3 novembre.\n\nProva Fittizia"},
		"Outlook new":        {"Sì\n\nDa: SOL Assistenza <a@example.it>\nInviato: lunedì 23 novembre\nA: prova\nOggetto: richiesta\n\nIn che data?", "Sì"},
		"iPhone":             {"3 novembre\n\nInviato da iPhone\n\n> Il giorno 23 nov 2026, alle ore 10:12, SOL ha scritto:\n> \n", "3 novembre"},
		"Thunderbird":        {"Il 23/11/26 10:12, SOL Assistenza ha scritto:\n> In che data?\nIl 3 novembre\n-- \nProva Fittizia", "Il 3 novembre"},
		"between the lines":  {"Inviato da iPhone\n\n> Il giorno 23 nov 2026, alle ore 10:12, SOL <a@example.it> ha scritto:\n> \n> In che data?\nIl 3 novembre\n> Dove?\nA Cuneo", "Il 3 novembre\nA Cuneo"},
		"Yahoo":              {"Sì\n\n    In data lunedì 23 novembre 2026 alle ore 10:12:00 CET, SOL Assistenza <a@example.it> ha scritto:\n\n In che data?", "Sì"},
		"PEC on the web":     {"Ecco\n\nDa \"SOL\" a@example.it\nA prova@example.it\nCc\nData Mon, 23 Nov 2026\nOggetto Re: richiesta\nIn che data?", "Ecco"},
		"a line of its own":  {"Primo\n--------------------------------\nSecondo", "Primo\n--------------------------------\nSecondo"},
		"text of others":     {"Il 3 novembre il laboratorio mi ha scritto:\nil referto è pronto.\nIl medico ha scritto\nche non lo vede", "Il 3 novembre il laboratorio mi ha scritto:\nil referto è pronto.\nIl medico ha scritto\nche non lo vede"},
		"forwarded":          {"Vedi sotto\n---------- Forwarded message ---------\nDa: Laboratorio <b@example.it>\nDate: lun 23 nov 2026\nIl referto è pronto", "Vedi sotto\n---------- Forwarded message ---------\nDa: Laboratorio <b@example.it>\nDate: lun 23 nov 2026\nIl referto è pronto"},
		"marks before lines": {"Sì\n\u200bOn Mon, Nov 23, 2026 at 10:12 AM SOL <a@example.it>\nwrote:\nok", "Sì"},
		"English":            {"Done\n\nOn Mon, Nov 23, 2026 at 10:12 AM SOL <a@example.it> wrote:\n> ok", "Done"},
		"Libero":             {"Ecco\n\n-----Messaggio originale-----\nDa: SOL", "Ecco"},
		"a sentence with Il": {"Il referto non si apre.\nOn line non lo trovo.", "Il referto non si apre.\nOn line non lo trovo."},
		"a list":             {"Da: vedere\n- uno\n- due", "Da: vedere\n- uno\n- due"},
	} {
		if got := stripQuotes(c.mail); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	page := `<html><head><style>p{}</style></head><body><div>Era il <b>3 novembre</b></div><div class="gmail_quote">Il giorno lun 23 nov 2026 alle ore 10:12 SOL &lt;<a href="mailto:a@example.it">a@example.it</a>&gt; ha scritto:<br><blockquote>In che data?</blockquote></div></body></html>`
	for page, want := range map[string]string{
		page: "Era il 3 novembre",
		`<p>Il refer<b>to</b> è&nbsp;<i>pronto</i>?</p><p>Sì</p><br><div>Ciao<br>a tutti</div>`:                                                            "Il referto è pronto?\nSì\n\nCiao\na tutti",
		`<p>Il giorno 23/11/26 10:12, SOL ha scritto:</p><blockquote type="cite"><p>In che data?<br>Dove?</p></blockquote><p>Il 3 novembre</p>`:            "Il 3 novembre",
		`<p>Sì</p><div id="divRplyFwdMsg"><b>Da:</b> SOL &lt;a@example.it&gt;<br><b>Inviato:</b> lunedì<br><b>Oggetto:</b> x</div><div>In che data?</div>`: "Sì",
		`<html><head><meta charset=utf-8><body>mai chiuso <script>x</script><blockquote>citato`:                                                            "mai chiuso",
	} {
		if got := stripQuotes(htmlToText(page)); got != want {
			t.Errorf("HTML mail: got %q, want %q", got, want)
		}
	}
}

// For any input, stripQuotes returns only text of the mail, and nothing panics.
func TestStripQuotesAddsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"> ", "Il giorno x ha scritto:", "Il giorno 23, 10:12", "SOL ha scritto:", "________", "-- ", "Da: a", "Inviato: b", "grazie"}))).Draw(t, "lines"), "\n")
		for _, line := range strings.Split(stripQuotes(text), "\n") {
			if !strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), line) {
				t.Fatalf("got line %q, want lines of %q only", line, text)
			}
		}
		raw := []byte("Content-Type: " + rapid.SampledFrom([]string{"text/plain", "text/html", "multipart/mixed; boundary=b", "message/rfc822", "x"}).Draw(t, "kind") +
			"\nContent-Transfer-Encoding: " + rapid.SampledFrom([]string{"base64", "quoted-printable", "boh"}).Draw(t, "encoding") + "\n\n" + text)
		if _, err := parse(raw, "a@example.it"); err != nil && errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		isCourtesy(text, text)
	})
}

func TestCourtesies(t *testing.T) {
	for text, want := range map[string]bool{
		"Grazie!": true, "grazie mille e buona giornata": true, "OK, grazie. Cordiali saluti": true, "": false, "Grazie ma non va": false,
		"ok allora": false, "Grazie, Prova Fittizia": true, "Prova": false, "Grazie, Altra Fittizia": false, "👍": true,
		"Grazie 🙏🏻": true, "Grazie?": false, "GRAZIE PER LA DISPONIBILITÀ": true,
	} {
		if got := isCourtesy(text, "Prova Fittizia"); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}
