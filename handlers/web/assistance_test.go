// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

const sendButton = "Invia la richiesta"

// citizenForm returns a valid form about a payment, for a minor.
func citizenForm() formValues {
	return formValues{
		"Mi viene chiesto di pagare, ma ho già pagato o non devo pagare": "✓", "Codice avviso o IUV del pagamento (facoltativo)": " 301123456789012316 ",
		"Per un minore di cui è genitore o tutore": "✓", "Nome e cognome della persona per cui chiede aiuto": "Prova Minore",
		"Codice fiscale": " rssmra80a01 h501u", "Nome": "Maria", "Cognome": "Finzione", "E-mail": "maria@example.org", "Telefono": "011 0000000",
		"Azienda sanitaria": "ASL Città di Torino", "Che cosa è successo": "Ho pagato\r\ncon la app",
	}
}

// onlyTicket returns the only ticket that a supervisor of an entity sees, and fails the test if there are more or none.
func (w *system) onlyTicket(entity catalog.EntityCode) ticketview.Ticket {
	w.Helper()
	w.waitForLists()
	role := person.ASRSupervisor
	if entity == catalog.Region {
		role = person.RegionalSupervisor
	}
	by := app.Caller{Actor: person.Actor{ID: "01999999-0000-7000-8000-00000000000f", Role: role, Entity: entity}}
	list, err := w.App.ListTickets(w.Context(), by, lists.Filter{})
	w.must(err)
	if len(list.Items) != 1 {
		w.Fatalf("%s: got %d tickets, want 1", entity, len(list.Items))
	}
	t, err := w.App.Ticket(w.Context(), by, list.Items[0].ID, nil)
	w.must(err)
	return t
}

// pngImage returns a small PNG.
func pngImage(t *testing.T) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCitizenOpensATicket(t *testing.T) {
	w := newSystem(t)
	in := citizenForm()
	in["Allegati (facoltativi)"] = []uploadFile{{"schermata.png", pngImage(t)}, {"altra.png", pngImage(t)}}
	confirmation := w.browser().open("/").openLink("Compila il modulo").shows("Di che cosa ha bisogno?", "Servizio on line assistenza").
		openLink("Non trovo il mio referto").submit(sendButton, in).want(http.StatusOK)
	got := w.onlyTicket(torino)
	confirmation.shows("Richiesta inviata", got.Number, "Azienda Sanitaria Locale Città di Torino", "m•••@example.org", "collegamento personale").
		doesNotShow("maria@", "Finzione", "con la app", "RSSMRA")
	if confirmation.header.Get("X-Robots-Tag") != "noindex, nofollow" {
		t.Errorf("X-Robots-Tag: got %q, want noindex, nofollow", confirmation.header.Get("X-Robots-Tag"))
	}
	want := ticketview.Requester{
		Role: ticket.ForMinor, GivenName: "Maria", FamilyName: "Finzione", TaxCode: "RSSMRA80A01H501U", Email: "maria@example.org", Phone: "0110000000",
	}
	if got.Requester != want || got.Concerns != "Prova Minore" || got.IUV != "301123456789012316" || got.Facilitated || got.Problem.ID != "mancato-pagamento" ||
		got.Identity != ticket.Declared || got.Channel != ticket.ChannelWeb || got.Description != "Ho pagato\ncon la app" {
		t.Errorf("got %+v", got)
	}
	if len(got.Attachments) != 2 || got.Attachments[0].Name != "schermata.png" || got.Attachments[1].MediaType != "image/png" {
		t.Errorf("got attachments %+v", got.Attachments)
	}
	w.browser().open("/assistenza/inviata/" + string(got.ID) + ".00").want(http.StatusNotFound)
}

func TestFormOfFacilitatedAccessSetsFacilitated(t *testing.T) {
	w := newSystem(t)
	in := citizenForm()
	in["Un altro problema con l’accesso facilitato"] = "✓"
	for _, other := range []string{"Mi viene chiesto di pagare, ma ho già pagato o non devo pagare", "Codice avviso o IUV del pagamento (facoltativo)"} {
		delete(in, other)
	}
	w.browser().open("/assistenza/accesso-facilitato").doesNotShow("Codice avviso", "Ho usato l’accesso").submit(sendButton, in).shows("Richiesta inviata")
	if got := w.onlyTicket(torino); !got.Facilitated || got.Problem.ID != "altro" {
		t.Errorf("got %+v", got)
	}
	w.browser().open("/assistenza/che-non-c-e").want(http.StatusNotFound)
}

func TestRefusedFormKeepsItsFields(t *testing.T) {
	w := newSystem(t)
	in := formValues{
		"Ho pagato ma non riesco ancora a scaricare il referto": "✓", "Codice avviso o IUV del pagamento (facoltativo)": strings.Repeat("1", 36),
		"Per una persona che L’ha delegata": "✓", "Codice fiscale": "RSSMRA80A01H501V", "E-mail": "maria@", "Telefono": "0123",
		"Che cosa è successo": "Ho pagato <b>ieri</b>", "Ho usato l’accesso facilitato: senza SPID, con il codice del referto e il PIN che mi hanno dato": "✓",
		"Allegati (facoltativi)": []uploadFile{{"enorme.png", make([]byte, 3<<20)}, {"programma.exe", []byte("MZ")}},
	}
	refused := w.browser().open("/assistenza/ritiro-documenti").submit(sendButton, in).want(http.StatusUnprocessableEntity).shows(
		"Ci sono 10 cose da correggere", "Ciò che ha scritto è ancora qui", "Gli allegati invece vanno scelti di nuovo",
		"Scriva nome e cognome della persona per cui chiede aiuto.", "Scriva il nome.", "Scriva il cognome.", "Un carattere del codice fiscale è sbagliato",
		"L’indirizzo e-mail non è completo", "Il numero di telefono ha da 6 a 15 cifre. Ne scriva uno solo.", "Scelga l’Azienda sanitaria dall’elenco.", "«enorme.png»", "«programma.exe»",
		"Ho pagato <b>ieri</b>",
	)
	kept := refused.fields(sendButton)
	for name, want := range map[string]string{
		"tipologia": "non-scaricabile-pagamento", "avviso": strings.Repeat("1", 36), "per": "delegato", "codice_fiscale": "RSSMRA80A01H501V", "email": "maria@",
		"telefono": "0123", "descrizione": "Ho pagato <b>ieri</b>", "facilitato": "si",
	} {
		if got := kept.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, a := range all(refused.root, "a") { // each line of the summary links to a field
		if field, ok := strings.CutPrefix(attr(a, "href"), "#campo-"); ok && field != "allegati" && kept.Get(field) == "" && !kept.Has(field) && field != "tipologia" {
			t.Errorf("the summary links to %s, which is no field", field)
		}
	}
	w.browser().open("/assistenza/ritiro-documenti").submit(sendButton, nil).want(http.StatusUnprocessableEntity).shows("Scelga che problema ha.", "Scelga per chi chiede aiuto.", "Scriva che cosa è successo.")
	w.waitForLists()
	if head, _, err := w.Store.Head(w.Context()); err != nil || head.N != 0 {
		t.Errorf("after a refused form: got head %v, error %v, want no events", head, err)
	}
}

func TestFormIsFilledInFromTheLastTicket(t *testing.T) {
	w := newSystem(t)
	b := w.login("dora", person.Citizen, "")
	b.open("/assistenza/ritiro-documenti").doesNotShow("ultima richiesta").submit(sendButton, citizenForm()).
		shows("Richiesta inviata", "Segui la richiesta").doesNotShow("collegamento personale")
	got := w.onlyTicket(torino)
	if got.Identity != ticket.Verified {
		t.Errorf("got identity %s, want %s", got.Identity, ticket.Verified)
	}
	again := b.open("/assistenza/accesso-facilitato").shows("ultima richiesta").fields(sendButton)
	for name, want := range map[string]string{
		"nome": "Maria", "cognome": "Finzione", "codice_fiscale": "RSSMRA80A01H501U", "email": "maria@example.org", "telefono": "0110000000", "ente": "010301",
		"per": "genitore", "interessato": "Prova Minore", "descrizione": "", "tipologia": "",
	} {
		if again.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, again.Get(name), want)
		}
	}
}

func TestFormSentTwiceOpensOneTicket(t *testing.T) {
	w := newSystem(t)
	b := w.browser()
	form := b.open("/assistenza/ritiro-documenti")
	first, second := form.submit(sendButton, citizenForm()), form.submit(sendButton, citizenForm())
	if first.at.Path != second.at.Path {
		t.Errorf("sent again: got page %s, want %s", second.at, first.at)
	}
	in := citizenForm()
	in["Che cosa è successo"] = "Altro ancora"
	form.submit(sendButton, in).want(http.StatusConflict).shows("Il primo invio era già arrivato", "Altro ancora")
	if got := w.onlyTicket(torino); got.Description != "Ho pagato\ncon la app" {
		t.Errorf("got description %q", got.Description)
	}
}

// FAQ 2.2: operators who cannot log in have a form of their own.
func TestOperatorWithoutAccessOpensATicket(t *testing.T) {
	w := newSystem(t)
	b := w.browser()
	form := b.open("/assistenza").openLink("Servizio on line assistenza").shows(
		"Nuova richiesta di assistenza", "Dati richiedente", "* Ruolo", "Operatore di Assistenza", "* Nome", "* Cognome", "* Codice fiscale", "0 / 16", "* Email",
		"* Recapito telefonico", "* ASR di competenza", "Problema riscontrato", "* Tipologia", "* Descrizione della richiesta", "Allegato",
		"Estensioni accettate: pdf, doc, docx, xls, xlsx, zip, png, gif, jpeg", "Dimensione massima 1MB", "chiuda tutte le finestre del browser",
	)
	form.submit("INVIA", formValues{"* Nome": "Mela"}).want(http.StatusUnprocessableEntity).shows("Ci sono 7 cose da correggere").submit("INVIA", formValues{
		"* Cognome": "Finto", "* Codice fiscale": "RSSMRA80A01H501U", "* Email": "mela@example.org", "* Recapito telefonico": "011 0000000",
		"* ASR di competenza": "ASL Città di Torino", "* Tipologia": "Accesso al sistema", "* Descrizione della richiesta": "Il PIN è rifiutato",
	}).want(http.StatusOK).shows("Richiesta inviata", "L’assistenza regionale legge la richiesta e La contatterà", "m•••@example.org")
	if got := w.onlyTicket(catalog.Region); got.Requester.Role != ticket.AsOperator || got.Requester.GivenName != "Mela" || got.ChosenEntity != torino || got.Service.ID != string(ticket.OperatorsForm) {
		t.Errorf("got %+v", got)
	}
}

func TestOperatorOpensATicketForACitizen(t *testing.T) {
	w := newSystem(t)
	b := w.login("anna", person.ASROperator, torino)
	in := citizenForm()
	delete(in, "Azienda sanitaria") // it is the operator's own
	b.open("/code/nuove").openLink("Istruzioni per gli operatori").want(http.StatusOK)
	services := b.open("/code/nuove").openLink("Nuova richiesta").shows("Nuova richiesta per un cittadino", "Serve aiuto a Lei?").doesNotShow("Suo problema.")
	form := services.openLink("Un altro problema con i miei documenti").shows("I dati del cittadino").doesNotShow("risponderLe", "I Suoi dati")
	form.submit(sendButton, in).want(http.StatusUnprocessableEntity).shows("C’è una cosa da correggere", "Scelga come ha chiesto aiuto il cittadino.").
		submit(sendButton, formValues{"Per telefono": "✓"}).shows("Richiesta registrata", "Dica al cittadino il numero").openLink("Apri la richiesta").want(http.StatusOK)
	if got := w.onlyTicket(torino); got.Channel != ticket.ChannelTelephone || got.Identity != ticket.Declared {
		t.Errorf("got %+v", got)
	}
}

// An auditor may not open tickets for citizens: the auditor's own request is an anonymous one.
func TestAuditorOpensATicketAsAnAnonymousCitizen(t *testing.T) {
	w := newSystem(t)
	w.login("revisore", person.Auditor, "").open("/assistenza/ritiro-documenti").submit(sendButton, citizenForm()).shows("Richiesta inviata")
	if got := w.onlyTicket(torino); got.Channel != ticket.ChannelWeb || got.Identity != ticket.Declared {
		t.Errorf("got %+v", got)
	}
}

func TestIdentifiersAreCheckedBeforeSending(t *testing.T) {
	w := newSystem(t)
	for _, c := range []struct{ field, typed, want string }{
		{"codice_fiscale", "RSSMRA80A01H501U", ""},
		{"codice_fiscale", "STP1234567890123", ""},
		{"codice_fiscale", "ENI 1234567890123", ""},
		{"codice_fiscale", "RSSMRA80A01H501V", "Un carattere del codice fiscale è sbagliato: lo confronti uno per uno con la tessera sanitaria."},
		{"codice_fiscale", "RSSMRA80A99H501U", "Il codice fiscale non corrisponde a una data di nascita possibile: lo confronti con la tessera sanitaria."},
		{"codice_fiscale", "", ""},
		{"email", "maria@example", "L’indirizzo e-mail non è completo: ha la forma nome@esempio.it."},
		{"telefono", "chiamatemi", "Nel numero di telefono bastano le cifre, con il + davanti se è estero e «int.» prima dell’interno."},
		{"nome", "x", ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.Address+"/assistenza/controllo", strings.NewReader(url.Values{"campo": {c.field}, "valore": {c.typed}}.Encode()))
		w.must(err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := w.browser().send(r).want(http.StatusOK); got.raw != c.want {
			t.Errorf("%s %q: got %q, want %q", c.field, c.typed, got.raw, c.want)
		}
	}
}

// A form that arrives in part opens no ticket and gets an error message.
func TestIncompleteFormIsRefused(t *testing.T) {
	w := newSystem(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.Address+"/assistenza/ritiro-documenti", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"nome\"\r\n\r\nMaria"))
	w.must(err)
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	w.browser().send(r).want(http.StatusBadRequest).shows("Il modulo non è arrivato intero")
}

// Every refusal of an identifier has a sentence as its error message.
func TestEveryRefusalOfAnIdentifierHasAText(t *testing.T) {
	w := newSystem(t)
	for field, values := range map[string][]string{
		"codice_fiscale": {"x", strings.Repeat("x", 16), "RSSMRA80X01H501U", "RSSMRA80A32H501U", "12345678901", "1234567890x", "RSSMRA80A01H501V"},
		"email":          {"x", "à@example.it", "x@1", strings.Repeat("x", 300) + "@example.it", "x@y z"},
		"telefono":       {"1", "x", "+0123456789", strings.Repeat("1", 20), "(011"},
	} {
		for _, v := range values {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.Address+"/assistenza/controllo", strings.NewReader(url.Values{"campo": {field}, "valore": {v}}.Encode()))
			w.must(err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if got := w.browser().send(r).want(http.StatusOK); !strings.HasSuffix(got.raw, ".") {
				t.Errorf("%s %q: got %q, want a sentence", field, v, got.raw)
			}
		}
	}
	w.Clock.Advance(time.Second)
}

// The fields, names and parts of a form are limited in size, so that a form cannot exhaust the memory.
func TestSizeOfFormFieldsIsLimited(t *testing.T) {
	w := newSystem(t)
	const form = "/assistenza/ritiro-documenti"
	p := w.browser().post(form, url.Values{"descrizione": {strings.Repeat("a", 1<<20)}}).want(http.StatusRequestEntityTooLarge)
	if len(p.raw) > 256<<10 {
		t.Errorf("got an answer of %d bytes, want at most %d", len(p.raw), 256<<10)
	}
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.server.Address+form, strings.NewReader("descrizione=%zz"))
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w.browser().send(r).want(http.StatusBadRequest).shows("Il modulo non è arrivato intero")
	for name, part := range map[string]func(m *multipart.Writer, n int) error{
		"names": func(m *multipart.Writer, n int) error {
			return m.WriteField(strings.Repeat("n", 1000)+strconv.Itoa(n), "")
		},
		"empty parts": func(m *multipart.Writer, _ int) error { return m.WriteField("n", "") },
	} {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for n := range 10_000 {
			w.must(part(m, n))
		}
		w.must(m.Close())
		r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.server.Address+form, &b)
		w.must(err)
		r.Header.Set("Content-Type", m.FormDataContentType())
		if got := w.browser().send(r).want(http.StatusRequestEntityTooLarge); len(got.raw) > 256<<10 {
			t.Errorf("%s: got an answer of %d bytes, want at most %d", name, len(got.raw), 256<<10)
		}
	}
}

// If the session ends while a citizen writes, the form is refused once with a message, so that the request does not become anonymous
// unnoticed.
func TestCitizensFormSurvivesTheEndOfTheSession(t *testing.T) {
	w := newSystem(t)
	maria := w.login("maria", person.Citizen, "")
	p := maria.open("/assistenza/ritiro-documenti")
	w.must(w.App.Identity.EndSession(w.Context(), maria.token()))
	p = p.submit(sendButton, citizenForm()).want(http.StatusUnauthorized).shows("La sessione è finita mentre scriveva", "con la app")
	maria.login("maria") // in another tab
	p.submit(sendButton, nil).want(http.StatusOK).shows("Richiesta inviata")
	if got := w.onlyTicket(torino); got.Identity != ticket.Verified {
		t.Errorf("got identity %s, want %s", got.Identity, ticket.Verified)
	}
}

// Pages for anyone offer no login to citizens who have none.
func TestNoLoginIsOfferedToCitizensWithoutOne(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.App.Identity.CitizenPasswords = false })
	for _, path := range []string{"/assistenza", "/assistenza/ritiro-documenti"} {
		if text := w.browser().open(path).want(200).text(); strings.Contains(text, "prima di scrivere") {
			t.Errorf("%s: got the offer to log in", path)
		}
	}
}
