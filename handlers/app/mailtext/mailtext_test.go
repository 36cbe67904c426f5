// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

// sent describes the mails of a service that sends them as SOL Assistenza from the domain assistenza.example.it.
var sent = mailtext.Sent{
	Name:      "SOL Assistenza",
	IsAddress: func(a string) bool { return strings.HasSuffix(a, "@assistenza.example.it") },
	Texts:     []string{"Gentile cittadina, gentile cittadino,", "Per andare avanti ci serve un’informazione da Lei:", "In che data era l’esame?", "SOL Assistenza – messaggio inviato automaticamente"},
}

func read(t *testing.T, raw string) *mailtext.Message {
	t.Helper()
	m, err := mailtext.Read([]byte(strings.ReplaceAll(raw, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct{ mail, text, quoted string }{
		"a sentence with Il":      {"Il referto non si apre.\nOn line non lo trovo.", "Il referto non si apre.\nOn line non lo trovo.", ""},
		"a line of its own":       {"Primo\n--------------------------------\nSecondo", "Primo\n--------------------------------\nSecondo", ""},
		"text of others":          {"Il 3 novembre il laboratorio mi ha scritto:\nil referto è pronto.\nIl medico ha scritto\nche non lo vede", "Il 3 novembre il laboratorio mi ha scritto:\nil referto è pronto.\nIl medico ha scritto\nche non lo vede", ""},
		"a forwarded mail":        {"Vedi sotto\n---------- Forwarded message ---------\nDa: Laboratorio <b@example.it>\nDate: lun 23 nov 2026\nIl referto è pronto", "Vedi sotto\n---------- Forwarded message ---------\nDa: Laboratorio <b@example.it>\nDate: lun 23 nov 2026\nIl referto è pronto", ""},
		"a list":                  {"Da: vedere\n- uno\n- due", "Da: vedere\n- uno\n- due", ""},
		"marks before lines":      {"Sì\n\u200bOn Mon, Nov 23, 2026 at 10:12 AM SOL Assistenza <a@assistenza.example.it>\nwrote:\nok", "Sì", "\u200bOn Mon, Nov 23, 2026 at 10:12 AM SOL Assistenza <a@assistenza.example.it>\nwrote:\nok"},
		"only quoted lines":       {"> La data era il 3", "> La data era il 3", ""},
		"a quotation of others":   {"Vedete?\n\nIl giorno lun 23 nov 2026 alle ore 10:12 Laboratorio <b@example.it> ha scritto:\n> pronto\n\nMa non c’è", "Vedete?\n\nMa non c’è", "Il giorno lun 23 nov 2026 alle ore 10:12 Laboratorio <b@example.it> ha scritto:\n> pronto"},
		"others, nothing marked":  {"Vedete?\n\nIl giorno lun 23 nov 2026 alle ore 10:12 Laboratorio <b@example.it> ha scritto:\npronto", "Vedete?\n\nIl giorno lun 23 nov 2026 alle ore 10:12 Laboratorio <b@example.it> ha scritto:\npronto", ""},
		"our words, then answers": {"Da: SOL Assistenza\nInviato: lunedì\nOggetto: Ci serve\n\nGentile cittadina, gentile cittadino,\nIn che data era l’esame?\nIl 3 novembre\nSOL Assistenza – messaggio inviato automaticamente", "Il 3 novembre", "Da: SOL Assistenza\nInviato: lunedì\nOggetto: Ci serve\n\nGentile cittadina, gentile cittadino,\nIn che data era l’esame?\nSOL Assistenza – messaggio inviato automaticamente"},
		"our words, other header": {"Sì\n\nDa: ASL\nInviato: lunedì\nOggetto: Ci serve\n\nGentile cittadina, gentile cittadino,\nPer andare avanti ci serve un’informazione da Lei:\nIn che data era l’esame?", "Sì", "Da: ASL\nInviato: lunedì\nOggetto: Ci serve\n\nGentile cittadina, gentile cittadino,\nPer andare avanti ci serve un’informazione da Lei:\nIn che data era l’esame?"},
		"our words, marked":       {"Sì\n\nSOL Assistenza 29.11.2026 kirjutas:\n> Gentile cittadina, gentile cittadino,\n> Per andare avanti ci serve un’informazione\n> da Lei:", "Sì", "SOL Assistenza 29.11.2026 kirjutas:\n> Gentile cittadina, gentile cittadino,\n> Per andare avanti ci serve un’informazione\n> da Lei:"},
		"our link, marked":        {"Sì\n> vedi /richieste/t.01930000-0000-7000-8000-0000000000aa." + strings.Repeat("0123456789abcdef", 4), "Sì", "> vedi /richieste/" + mailtext.Masked},
		"our words, unmarked":     {"Il 3 novembre\n\nGentile cittadina, gentile cittadino,\nPer andare avanti ci serve un’informazione da Lei:\nIn che data era l’esame?\nMario Rossi\nSOL Assistenza – messaggio inviato automaticamente", "Il 3 novembre\n\nMario Rossi", "Gentile cittadina, gentile cittadino,\nPer andare avanti ci serve un’informazione da Lei:\nIn che data era l’esame?\nSOL Assistenza – messaggio inviato automaticamente"},
		"some of our words":       {"Mi scrivete:\nPer andare avanti ci serve un’informazione da Lei:\nIn che data era l’esame?\nQuale?", "Mi scrivete:\nPer andare avanti ci serve un’informazione da Lei:\nIn che data era l’esame?\nQuale?", ""},
		"others above ours":       {"Vedete\n\nDa: Tesoreria <b@example.it>\nInviato: lunedì\nOggetto: Pagato\n\nIUV 012\n\nDa: SOL Assistenza <a@assistenza.example.it>\nInviato: lunedì\nOggetto: x\n\nciao", "Vedete\n\nDa: Tesoreria <b@example.it>\nInviato: lunedì\nOggetto: Pagato\n\nIUV 012", "Da: SOL Assistenza <a@assistenza.example.it>\nInviato: lunedì\nOggetto: x\n\nciao"},
		"a person names us":       {"Da assistenza@assistenza.example.it mi hanno scritto di rispondere.\nData la fretta, chiamo.\nOggetto: referto", "Da assistenza@assistenza.example.it mi hanno scritto di rispondere.\nData la fretta, chiamo.\nOggetto: referto", ""},
		"a signature":             {"Sì\n-- \nProva", "Sì", "--\nProva"},
		"no signature":            {"Sì\n--\nProva", "Sì\n--\nProva", ""},
	} {
		text, quoted, _ := read(t, "Content-Type: text/plain; charset=utf-8\n\n"+c.mail).Split(sent)
		if text != c.text || quoted != c.quoted {
			t.Errorf("%s: got %q, quoted %q, want %q, quoted %q", name, text, quoted, c.text, c.quoted)
		}
	}
}

func TestHTMLText(t *testing.T) {
	for source, want := range map[string]string{
		`<p>Il refer<b>to</b> è&nbsp;<i>pronto</i>?</p><p>Sì</p><br><div>Ciao<br>a tutti</div>`:                "Il referto è pronto?\nSì\n\nCiao\na tutti",
		`<html><head><meta charset=utf-8><title>No</title><body>mai chiuso <script>x</script><b>fine`:          "mai chiuso fine",
		`<table><tr><td>a</td><td></td><td>b</td></tr><tr><td><p>c</p></td><td><p>d</p></td></tr></table>`:     "a | b\nc\nd",
		`<a href="https://a.example.it/x">https://a.example.it/x</a> <a href="mailto:b@example.it">scriva</a>`: "https://a.example.it/x scriva <b@example.it>",
		`<a href="#nota">nota</a> <a href="javascript:x()">no</a>`:                                             "nota no",
		`<a href="https://a.example.it/foto"><img src="x"></a>`:                                                "<https://a.example.it/foto>",
		`<blockquote>citato</blockquote>mio`:                                                                   "> citato\nmio",
		`<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>`:                                                     "1. a\n- b\n2. c",
		strings.Repeat("<div>", 5000) + "fondo":                                                                "fondo",
	} {
		if got := read(t, "Content-Type: text/html; charset=utf-8\n\n"+source).Visible(); got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

// A field or an encoding that is not well-formed loses no text and no file.
func TestMalformedFields(t *testing.T) {
	for raw, want := range map[string]string{
		"Content-Type: text/plain charset=utf-8\n\nperché":                                                                                "perché",
		"Content-Type: text/plain;;charset=utf-8\n\nperché":                                                                               "perché",
		"Content-Type: text\n\nperché":                                                                                                    "perché",
		"Content-Type: \n\nperché":                                                                                                        "perché",
		"Content-Transfer-Encoding: BASE64 \n\nc2Vp\n":                                                                                    "sei",
		"Content-Transfer-Encoding: \"base64\"\n\nc2Vp\n":                                                                                 "sei",
		"Content-Transfer-Encoding: quoted-printable; x=y\n\nott=6F\n":                                                                    "otto",
		"Content-Type: MULTIPART/MIXED; BOUNDARY=abc\n\n--abc\nContent-Type: TEXT/PLAIN\n\nnove\n--abc--\n":                               "nove",
		"Content-Type: multipart/mixed; boundary=\"abc\n\n--abc\n\ndieci\n--abc--\n":                                                      "dieci",
		"Content-Type: multipart/mixed;\n boundary=\"a b:c\"\n\nprima\n--a b:c\n\nundici\n--a b:c--\ndopo\n":                              "undici\n\nprima\ndopo",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf; name=\n il file.pdf\n\n%PDF\n--b--\n":           "il file.pdf",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf; name==?utf-8?Q?cos=C3=AC.pdf?=\n\n%PDF\n":       "così.pdf",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/jpeg; name=foto\n\n\xff\xd8\xff\xe0\n--b--\n":              "foto.jpg",
		"Content-Type: multipart/mixed; boundary=\"b\" (fatto da noi)\n\n--b\n\ndodici\n--b--\n":                                          "dodici",
		"Content-Type: multipart/mixed; boundary=abc\n\n--ABC\n\ntredici\n--ABC--\n":                                                      "tredici",
		"Content-Type: multipart/mixed; boundary=altro\n\n--b\nContent-Type: text/plain\n\nquattordici\n--b--\n":                          "quattordici",
		"Content-Type: multipart/mixed; boundary=b\n\nquindici, senza parti\n":                                                            "quindici, senza parti",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsedici--b\nContent-Type: text/plain\n\naltro\n--b--\n":                       "sedici--b\nContent-Type: text/plain\n\naltro",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\ndiciassette\n--b--\n":                                "diciassette",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nNota: diciotto\n--b--\n":                                                       "Nota: diciotto",
		"Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ndiciannove\n--b--\n":                               "diciannove",
		"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n" + base64Lines("--b\r\n\r\nventi\r\n--b--\r\n"): "venti",
		" X-Resto: 1\nSubject: a\nContent-Type: text/html\n\n<p>ventuno</p>":                                                              "ventuno",
		"Content-Type: html\n\n<p>ventidue</p>":                                                                                           "ventidue",
		"Content-Type: application/octet-stream\n\nventitré":                                                                              "ventitré",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nventiquattro\n--b--\n--b\nContent-Type: application/pdf; name=a.pdf\n\n%PDF\n--b--\n": "ventiquattroa.pdf",
		"Content-Type: application/pdf; name*=iso-8859-1'it'citt%E0.pdf\n\n%PDF":                                                              "città.pdf",
		"Content-Type: application/pdf\nContent-Disposition: attachment; filename*0*=utf-8''cos%C3; filename*1*=%AC; filename*2=.pdf\n\n%PDF": "così.pdf",
		"Content-Type: application/pdf; name=\"ricevuta n. 12\"\n\n%PDF-1.4":                                                                  "ricevuta n. 12.pdf",
		"Content-Type: text/plain; format=flowed; delsp=yes\n\nRX-77 \n8899\n> a \n> b\nfine":                                                 "RX-778899\n> ab\nfine",
		"Content-Type: text/enriched\n\n<bold>venti</bold>cinque<color><param>red</param> <<</color>":                                         "venticinque <",
		"Subject: a\nContent-Type: text/plain\n \nNota: ventisei\n":                                                                           "Nota: ventisei",
		"Solo testo senza intestazione\naltra riga\n":                                                                                         "Solo testo senza intestazione\naltra riga",
	} {
		m := read(t, raw)
		got := m.Visible()
		for _, f := range m.Files {
			got += f.Name
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

func TestMaskRemovesSecrets(t *testing.T) {
	const id, mac = "01930000-0000-7000-8000-0000000000aa", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for name, text := range map[string]string{
		"a link":            "https://assistenza.example.it/richieste/t." + id + "." + mac,
		"upper case":        strings.ToUpper("/richieste/t." + id + "." + mac),
		"a protected link":  "https://safe.example.com/?url=https%3A%2F%2Fassistenza.example.it%2Frichieste%2Ft." + id + "." + mac + "&x=1",
		"encoded":           "t%2E" + strings.ReplaceAll(id, "-", "%2D") + "%2E" + mac,
		"broken before":     "t." + id + ".\n" + mac,
		"broken within":     "t." + id + "." + mac[:30] + "\n" + mac[30:],
		"broken and quoted": "> t." + id + "." + mac[:30] + "\n> " + mac[30:],
		"encoded twice":     "t%252E" + strings.ReplaceAll(id, "-", "%252D") + "%252E" + mac,
		"by a relay":        "https-3A__assistenza.example.it_richieste_t." + strings.ReplaceAll(id, "-", "-2D") + "." + mac + "&d=x",
		"invisible marks":   "t." + id + "." + mac[:20] + "\u200b" + mac[20:40] + "\u00ad" + mac[40:],
		"no-break spaces":   "t." + id + "." + mac[:20] + "\u00a0" + mac[20:],
		"broken in the id":  "t." + id[:20] + "\n" + id[20:] + "." + mac,
	} {
		if got := mailtext.Mask(text); strings.Contains(strings.ToLower(got), mac[34:]) {
			t.Errorf("%s: got %q, want the secret masked", name, got)
		}
	}
	encoded := base64.RawURLEncoding.EncodeToString([]byte("https://assistenza.example.it/richieste/t." + id + "." + mac))
	if got := mailtext.Mask("https://relay.example.com?u=" + encoded + "&i=1"); got != "https://relay.example.com?u="+mailtext.Masked+"&i=1" {
		t.Errorf("got %q, want the encoded link masked", got)
	}
	address := "r-" + strings.Repeat("a2", 21) + "@assistenza.example.it"
	if got := mailtext.Mask("Scriva a <" + address + ">"); got != "Scriva a <r-[indirizzo personale]@assistenza.example.it>" {
		t.Errorf("got %q, want the reply address masked", got)
	}
	if got := mailtext.Mask("il referto t.01930000 e r-abc@example.it"); got != "il referto t.01930000 e r-abc@example.it" {
		t.Errorf("got %q, want it unchanged", got)
	}
}

// The original holds the whole text, but no link, however it is encoded in the mail.
func TestOriginalHoldsNoLink(t *testing.T) {
	const mac = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	link := "https://assistenza.example.it/richieste/t.01930000-0000-7000-8000-0000000000aa." + mac
	raw := fmt.Sprintf("From: =?utf-8?q?Prova_Fittizi=C3=A0?= <prova@example.it>\nSubject: R: %s\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"+
		"<p>S=C3=AC</p><blockquote type=3D\"cite\"><p>Testo citato <a href=3D\"%s\">qui</a></p></blockquote>", link, link[:60]+"=\n"+link[60:])
	got := mailtext.Original([]byte(raw))
	if strings.Contains(got, mac) || !strings.Contains(got, "Da: Prova Fittizià <prova@example.it>\nOggetto: R: ") || !strings.Contains(got, "Testo citato") {
		t.Errorf("got %q, want the text without the link, below fields with Italian names", got)
	}
}

// nestedText returns a text inside multiparts.
func nestedText(depth int, text string) string {
	var b strings.Builder
	for n := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", n, n)
	}
	return b.String() + "Content-Type: text/plain\n\n" + text + "\n"
}

func TestReadRefusesMailsOverTheLimits(t *testing.T) {
	for name, raw := range map[string]string{
		"nested":         nestedText(5000, "ciao"),
		"many parts":     "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 500_000),
		"a long header":  "X: " + strings.Repeat("parola ", 300_000) + "\n\nciao",
		"a long text":    "\n" + strings.Repeat("parola\n", 700_000),
		"carried deeply": strings.Repeat("Content-Type: message/rfc822\n\n", 3000) + "ciao",
	} {
		m, err := mailtext.Read([]byte(raw))
		if err == nil && (name != "carried deeply" || len(m.LeftOut) != 1) {
			t.Errorf("%s: got %d bytes of text, want an error", name, len(m.Visible()))
		}
	}
}

// Reading takes time linear in the size of the mail: otherwise these mails would need minutes.
func TestHostileMailsTakeLinearTime(t *testing.T) {
	const size = 2 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	line := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 46))) + "\n"
	const b64, qp = "Content-Transfer-Encoding: base64\n\n", "Content-Transfer-Encoding: quoted-printable\n\n"
	for name, raw := range map[string]string{
		"pieces of base64":           b64 + fill(line),
		"empty lines in base64":      b64 + line[:60] + "\n" + fill("\n") + line,
		"base64 before empty lines":  b64 + fill(line+"\n") + fill("\n"),
		"equals signs":               qp + fill("="),
		"equals signs before spaces": qp + fill("=") + fill(" ") + "\nfine",
		"a subject of prefixes":      "Subject: " + strings.Repeat("Re: ", 250_000) + "\n\nciao",
		"lines of one field":         strings.Repeat("X: a\n", 10) + "Subject: a" + strings.Repeat("\n b", 200_000) + "\n\nciao",
		"damaged lines of a header":  "Subject: a\n" + strings.Repeat("aa\n", 200_000) + "From: a@b\n\nciao",
		"parameters":                 "Content-Type: text/plain" + strings.Repeat(" name=a", 100_000) + "\n\nciao",
		"types":                      strings.Repeat("Content-Type: multipart/mixed; boundary=b\n", 20_000) + "\n" + fill("parola\n")[:1<<19],
		"multiparts around a text":   nestedText(99, fill("parola " + strings.Repeat("a", 90) + "\n")[:1<<19]),
		"attributions":               "\n" + strings.Repeat("Il 3/11 alle 10:30 SOL Assistenza ha scritto:\n", 20_000),
		"headers of ours":            "\n" + strings.Repeat("Da: SOL Assistenza\nInviato: oggi\nOggetto: In che data era l’esame?\n", 10_000),
		"a line that goes on":        "Content-Type: text/plain; format=flowed; delsp=yes\n\n" + strings.Repeat("a \n", 250_000),
		"shifts of UTF-7":            "Content-Type: text/plain; charset=utf-7\n\n" + strings.Repeat("+AO", 300_000),
		"pictures in HTML":           "Content-Type: text/html\n\n<p>ciao</p>" + strings.Repeat("<img src=\"data:image/png;base64,AAAA\">", 20_000),
		"open titles":                "Content-Type: text/html\n\n" + strings.Repeat("<title>a", 100_000),
		"a long line of no words":    "\n" + strings.Repeat("=", 1<<20-1),
	} {
		m, err := mailtext.Read([]byte(raw))
		if err != nil {
			continue
		}
		m.Automatic("prova@example.it")
		m.Delivery("")
		if text, quoted, _ := m.Split(sent); text == "" && quoted == "" {
			t.Errorf("%s: got no text", name)
		}
	}
}

// Quotations of ours are searched for up to a bound. What is beyond it stays in the text.
func TestSearchesForQuotationsAreBounded(t *testing.T) {
	ours := "Da: ASL\nInviato: lunedì\nOggetto: x\n\nGentile cittadina, gentile cittadino,\nPer andare avanti ci serve un’informazione da Lei:\nIn che data era l’esame?"
	for lines, cut := range map[int]bool{100: true, 20_000: false} {
		_, quoted, _ := read(t, "Content-Type: text/plain; charset=utf-8\n\n"+strings.Repeat("Da: uno due tre\nA: b\nCc: c\n", lines)+ours).Split(sent)
		if got := strings.Contains(quoted, "In che data"); got != cut {
			t.Errorf("after %d headers: got cut %t, want %t", lines, got, cut)
		}
	}
}

// base64Lines encodes a text in lines of 76 digits.
func base64Lines(text string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	var b strings.Builder
	for len(encoded) > 76 {
		b.WriteString(encoded[:76] + "\r\n")
		encoded = encoded[76:]
	}
	return b.String() + encoded + "\r\n"
}
