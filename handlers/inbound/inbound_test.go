// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

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
	mailed  ticket.ID // the ticket of every mail that was sent
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
		},
		TicketOf:   func(context.Context, string) (ticket.ID, error) { return w.mailed, nil },
		SenderName: "SOL Assistenza",
		SentTexts: []string{
			"Gentile cittadina, gentile cittadino,", "C’è un messaggio per Lei:", "Per andare avanti ci serve un’informazione da Lei:",
			"In che data ha fatto l’esame?\nIn quale sede?", "La Sua richiesta n.", "Apri la richiesta n.", "Non serve inviarne un’altra.", "ASL di prova",
			"Risponda a questa e-mail o usi il collegamento: finché non risponde, la richiesta resta ferma.",
			"Il collegamento è personale: chi lo possiede può leggere la richiesta. Non lo inoltri.",
			"SOL Assistenza – messaggio inviato automaticamente",
		},
	}
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
	return w.mailFrom("prova@example.it", to, raw)
}

// mailFrom sends a message with a sender of the SMTP envelope.
func (w *fixture) mailFrom(from, to, raw string) error {
	return smtp.SendMail(w.address, nil, from, []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
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

// On a resolved ticket courtesies are kept as messages and machines' mails as mails without effect; neither changes the status.
func TestAutomaticMailsAndCourtesiesKeepTheStatus(t *testing.T) {
	w := newFixture(t)
	for name, c := range map[string]struct {
		raw      string
		courtesy bool
	}{
		"automatic reply":        {plain("Sono fuori ufficio fino a lunedì", "Auto-Submitted: auto-replied"), false},
		"out of office":          {strings.Replace(plain("Torno lunedì"), "Re: richiesta", "Risposta automatica: richiesta", 1), false},
		"away":                   {strings.Replace(plain("Torno lunedì"), "Re: richiesta", "R: Fuori sede", 1), false},
		"a German one":           {strings.Replace(plain("Bin weg"), "Re: richiesta", "Automatische Antwort: La Sua richiesta", 1), false},
		"a list":                 {plain("Ciao", "List-Id: <lista.example.it>"), false},
		"bulk mail":              {plain("Ciao", "Precedence: bulk"), false},
		"a vacation program":     {plain("Torno lunedì", "Precedence: auto-reply"), false},
		"a read receipt":         {"From: prova@example.it\nSubject: Letto: richiesta\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nIl messaggio è stato letto\n--b--\n", false},
		"a receipt of PEC":       {plain("Ricevuta di avvenuta consegna", "X-Ricevuta: avvenuta-consegna"), false},
		"thanks":                 {plain("Grazie mille!\n\nInviato da iPhone"), true},
		"thanks and a greeting":  {plain("Perfetto, grazie per la disponibilità.\nBuona giornata"), true},
		"thanks and a name":      {plain("Grazie mille 🙏\nProva"), true},
		"thanks and a signature": {plain("Grazie!\n-- \nProva Fittizia"), true},
		"the requester's name":   {strings.Replace(plain("Perfetto, grazie.\nCordiali saluti\nProva Fittizia"), "From: Prova ", "From: ", 1), true},
		"a reaction":             {plain("👍\n\nProva Fittizia reacted to your message"), true},
	} {
		id := w.open(ticket.StatusResolved)
		if err := w.mail(w.addresses.Reply(id), c.raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		last, s, _ := w.last(id)
		reply, replied := last.(ticket.CitizenReplied)
		kept, isKept := last.(ticket.MailKept)
		if s.Status != ticket.StatusResolved || replied != c.courtesy || isKept == c.courtesy || replied && reply.Kind != ticket.ReplyMessage ||
			isKept && (kept.Why != ticket.AutomaticMail || kept.Personal.Text == "") {
			t.Errorf("%s: got status %s, last event %+v, want it resolved", name, s.Status, last)
		}
	}
}

// A question is answered also by thanks, and by what only looks like a machine's mail.
func TestAnswersToQuestions(t *testing.T) {
	w := newFixture(t)
	for name, raw := range map[string]string{
		"subject with \"fuori sede\"":  strings.Replace(plain("L’esame era a Cuneo"), "Re: richiesta", "Re: esame fatto fuori sede", 1),
		"with thanks":                  plain("Grazie, ma era il 3 novembre"),
		"thanks alone":                 plain("Tutto ok, grazie"),
		"a reaction":                   plain("👍\n\nProva Fittizia reacted to your message"),
		"no automatic answers, please": plain("Era il 3 novembre", "X-Auto-Response-Suppress: All"),
		"explicitly a person's":        plain("Era il 3 novembre", "Auto-Submitted: no"),
	} {
		id := w.open(ticket.StatusWaiting)
		if err := w.mail(w.addresses.Reply(id), raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, s, _ := w.last(id); s.Status != ticket.StatusInProgress {
			t.Errorf("%s: got status %s, want %s", name, s.Status, ticket.StatusInProgress)
		}
	}
}

// A resolved ticket is reopened by thanks with more than thanks, also if the rest may stand in what was cut.
func TestThanksWithMoreReopen(t *testing.T) {
	w := newFixture(t)
	for name, text := range map[string]string{
		"a but":       "Grazie, ma non riesco a scaricarlo",
		"a quotation": "Grazie!\n\nIl giorno lun 23 nov 2026 alle ore 10:00 SOL Assistenza <assistenza@assistenza.example.it> ha scritto:\n> La Sua richiesta è risolta\n> NON VA",
		"a signature": "Grazie!\n-- \nP.S. manca ancora la seconda pagina",
	} {
		id := w.open(ticket.StatusResolved)
		if err := w.mail(w.addresses.Reply(id), plain(text)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, s, _ := w.last(id); s.Status != ticket.StatusInProgress {
			t.Errorf("%s: got status %s, want %s", name, s.Status, ticket.StatusInProgress)
		}
	}
}

// linkedTo returns the tickets that are linked to a closed one.
func (w *fixture) linkedTo(closed ticket.ID) (all []ticket.Recorded) {
	w.Helper()
	records, err := w.store.Read(w.Context(), 0, 10_000)
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range records {
		if e, err := ticket.Decode(r.Type, r.Data, r.Personal); err == nil {
			if o, ok := e.(ticket.Opened); ok && o.LinkedTo == closed {
				all = append(all, ticket.Recorded{Event: o, Ticket: ticket.ID(r.Stream)})
			}
		}
	}
	return all
}

func TestMailsToClosedTicketGoToOneLinkedTicket(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusClosed)
	complaint := plain("Buongiorno,\nda urp@ospedale.example.it mi dicono che il referto NON è disponibile.\nData la gravità chiedo di riaprire la richiesta.")
	second := plain("È di nuovo sparito")
	for _, raw := range []string{plain("Grazie"), plain("👍\n\nProva Fittizia reacted to your message"), complaint, complaint, second, second} { // peers may send twice
		if err := w.mail(w.addresses.Reply(id), raw); err != nil {
			t.Fatal(err)
		}
	}
	opened := w.linkedTo(id)
	if len(opened) != 1 {
		t.Fatalf("got %d linked tickets, want 1", len(opened))
	}
	o := opened[0].Event.(ticket.Opened)
	if !strings.Contains(o.Personal.Description, "NON è disponibile.\nData la gravità") || o.Identity != ticket.Declared || o.Personal.FamilyName != "Fittizia" || o.Original == nil {
		t.Errorf("got opened ticket %+v, want one with the mail's text", o)
	}
	last, s, n := w.last(opened[0].Ticket)
	if reply, ok := last.(ticket.CitizenReplied); !ok || reply.Personal.Text != "È di nuovo sparito" || s.Status != ticket.StatusNew || n != 2 {
		t.Errorf("got last event %+v of %d, want the second mail", last, n)
	}
	if last, s, _ := w.last(id); s.KeptMails != 2 || s.Status != ticket.StatusClosed {
		t.Errorf("closed ticket: got last event %+v, %d kept mails, want 2", last, s.KeptMails)
	}
}

func TestConcurrentMailsToClosedTicketOpenOne(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusClosed)
	sent := make(chan error)
	for n := range 5 {
		go func() { sent <- w.mail(w.addresses.Reply(id), plain(fmt.Sprintf("Messaggio %d", n))) }()
	}
	for range 5 {
		if err := <-sent; err != nil {
			t.Error(err)
		}
	}
	opened := w.linkedTo(id)
	if len(opened) != 1 {
		t.Fatalf("got %d linked tickets, want 1", len(opened))
	}
	if _, _, n := w.last(opened[0].Ticket); n != 5 {
		t.Errorf("got %d events of the linked ticket, want 5", n)
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
		"a forged token":                 {forged, plain("ciao"), "550"},
		"no token":                       {"assistenza@assistenza.example.it", plain("ciao"), "550"},
		"somebody else's domain":         {"prova@example.org", plain("ciao"), "550"},
		"an unknown ticket":              {w.addresses.Reply(newID()), plain("ciao"), "550"},
		"too large":                      {good, plain(strings.Repeat("parole parole parole\n", 450_000)), `552 "5.3.4 Il messaggio e' troppo grande`},
		"a person at the return address": {w.addresses.Bounce(uuid.NewString()), plain("Era il 3 novembre"), `550 "5.7.1 Questo indirizzo riceve solo`},
		"only a forbidden file":          {good, strings.Replace(withFile("ricevuta.exe", "application/octet-stream", []byte("MZ")), "Ecco la ricevuta", "", 1), `554 "5.7.0 Nulla e' stato registrato. Allegato \"ricevuta.exe\"`},
		"only a file over 1 MB":          {good, strings.Replace(withFile("ricevuta.pdf", "application/pdf", append([]byte("%PDF-1.4 "), make([]byte, 1<<20)...)), "Ecco la ricevuta", "", 1), `552 "5.3.4`},
		"only a quotation":               {good, plain("Il giorno lun 23 nov 2026 alle ore 10:00 SOL Assistenza <assistenza@assistenza.example.it> ha scritto:\n> La Sua richiesta è risolta"), `554 "5.6.0 Nel messaggio`},
		"too much text and file":         {good, strings.Replace(withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova")), "Ecco", strings.Repeat("Ecco\n", 20_000), 1), `554 "5.6.0 Il testo`},
		"text too long":                  {good, plain(strings.Repeat("Da: x\n", 100_000)), `554 "5.6.0 Il testo del messaggio e' troppo lungo e non e' stato registrato: al massimo 20.000`},
		"HTML text too long":             {good, strings.Replace(plain(strings.Repeat("<p>parole\n", 100_000)), "text/plain", "text/html", 1), `554 "5.6.0 Il testo`},
		"header too long":                {good, plain("ciao", "X-Lungo: "+strings.Repeat("parole ", 1000)+strings.Repeat("\n parole parole parole parole", 40_000)), "554"},
		"nested too deeply":              {good, nested(200), "554"},
		"too many parts":                 {good, "From: a@example.it\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/plain\n\nx\n", 900) + "--b--\n", "554"},
		"encrypted":                      {good, "From: a@example.it\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIBBgYJKoZIhvcNAQcDoIH4\n", `554 "5.6.0 Il messaggio e' cifrato`},
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
	if reply, ok := last.(ticket.CitizenReplied); !ok || len(reply.Attachments) != 1 || reply.Personal.FileNames[0] != "ricevuta.pdf" || s.Status != ticket.StatusInProgress || blobs() != 2 || reply.Original == nil {
		t.Errorf("valid mail: got last event %+v, want a reply with one attachment and its mail", last)
	}
}

// Files that cannot be taken do not lose the text and the good files; the whole mail is kept, however large.
func TestLargeFilesAreNamed(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusWaiting)
	large := append([]byte("%PDF-1.4 "), make([]byte, 1<<20)...)
	raw := strings.Replace(withFile("ricevuta.pdf", "application/pdf", []byte("%PDF-1.4 prova")), "--b--", "", 1)
	for n := range 4 {
		_, part, _ := strings.Cut(withFile(fmt.Sprintf("grande%d.pdf", n), "application/pdf", large), "Ecco la ricevuta\n")
		raw += strings.Replace(part, "--b--", "", 1)
	}
	if err := w.mail(w.addresses.Reply(id), raw+"--b--\n"); err != nil {
		t.Fatal(err)
	}
	last, _, _ := w.last(id)
	reply, ok := last.(ticket.CitizenReplied)
	if !ok || reply.Personal.Text != "Ecco la ricevuta" || len(reply.Attachments) != 1 || len(reply.Personal.LeftOut) != 4 || reply.Personal.LeftOut[3].Why != ticket.LeftOutSize {
		t.Fatalf("got last event %+v, want a reply with one file and four left out", last)
	}
	if content, err := w.store.ReadBlob(t.Context(), string(id), string(reply.Original.ID)); err != nil || len(content) < 5<<20 {
		t.Errorf("got an original of %d bytes, %v, want the whole mail", len(content), err)
	}
}

// failedDelivery returns the report of a mail server about a mail of ours.
func failedDelivery(action string) string {
	return "From: mailer-daemon@example.it\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry\n" +
		"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.it\n\nFinal-Recipient: rfc822; prova@example.it\nAction: " + action + "\nStatus: 5.1.1\n--b--\n"
}

func TestReturnedMail(t *testing.T) {
	w := newFixture(t)
	w.mailed = w.open(ticket.StatusWaiting)
	subject := func(s, text string, headers ...string) string {
		return strings.Replace(plain(text, headers...), "Re: richiesta", s, 1)
	}
	for name, c := range map[string]struct {
		from, raw string
		failed    bool
		kept      int // mails without effect at the ticket
	}{
		"delayed":               {"", failedDelivery("delayed"), false, 0},
		"relayed":               {"", failedDelivery("relayed"), false, 0},
		"failed":                {"", failedDelivery("failed"), true, 0},
		"failed, with a sender": {"postmaster@example.it", failedDelivery("failed"), true, 0},
		"Exim":                  {"", subject("Mail delivery failed: returning message to sender", "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered", "X-Failed-Recipients: prova@example.it"), true, 0},
		"Exim, delayed":         {"", subject("Warning: message 1abc delayed 24 hours", "No action is required on your part."), false, 0},
		"no sender, Italian":    {"", subject("Messaggio non recapitabile", "La casella non esiste"), true, 0},
		"no sender, no words":   {"", subject("Re: richiesta", "…"), true, 0},
		"not accepted by PEC":   {"posta-certificata@pec.example.it", subject("AVVISO DI NON ACCETTAZIONE", "Errore", "X-Ricevuta: non-accettazione"), true, 0},
		"PEC warns of failure":  {"posta-certificata@pec.example.it", subject("AVVISO DI MANCATA CONSEGNA", "Errore", "X-Ricevuta: preavviso-errore-consegna"), true, 0},
		"PEC found a virus":     {"posta-certificata@pec.example.it", subject("PROBLEMA DI SICUREZZA", "Errore", "X-Ricevuta: rilevazione-virus"), true, 0},
		"PEC delivered":         {"posta-certificata@pec.example.it", subject("CONSEGNA", "Ricevuta", "X-Ricevuta: avvenuta-consegna"), false, 0},
		"vacation, no sender":   {"", subject("Risposta automatica: richiesta", "Assente fino al 10/12", "Auto-Submitted: auto-replied"), false, 1},
		"vacation":              {"prova@example.it", subject("Fuori ufficio", "Assente fino al 10/12", "Precedence: auto_reply"), false, 1},
	} {
		w.bounced = nil
		_, before, _ := w.last(w.mailed)
		m := uuid.NewString()
		if err := w.mailFrom(c.from, w.addresses.Bounce(m), c.raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w.mu.Lock()
		if got := slices.Equal(w.bounced, []string{m}); got != c.failed || len(w.bounced) > 1 {
			t.Errorf("%s: got bounces %v, want failed %t", name, w.bounced, c.failed)
		}
		w.mu.Unlock()
		if last, s, _ := w.last(w.mailed); s.KeptMails-before.KeptMails != c.kept || s.Status != ticket.StatusWaiting {
			t.Errorf("%s: got %d kept mails, last event %+v, want %d", name, s.KeptMails-before.KeptMails, last, c.kept)
		}
	}
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
