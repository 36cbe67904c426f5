// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/playbook"
)

// The notes are the FAQ's official texts, byte for byte, in each variant; missing fields are named.
func TestOfficialTexts(t *testing.T) {
	l := playbook.Default()
	yes := func(evidence playbook.Evidence) playbook.Answer {
		return playbook.Answer{Yes: true, Evidence: evidence}
	}
	no := playbook.Answer{}
	found := yes(playbook.Evidence{"identifier": "REF-0001", "produced_on": "2026-11-03"})
	paid := func(evidence playbook.Evidence) playbook.Answers {
		return playbook.Answers{"referto-del-paziente": found, "referto-pagato": yes(evidence), "referto-inviato-fse": yes(nil)}
	}
	unpaid := func(evidence playbook.Evidence) playbook.Answers {
		return playbook.Answers{"pagamento-dichiarato": yes(evidence), "pagamento-risulta": no, "altri-importi": no, "ricevuta-fornita": no, "ricevuta-impossibile": yes(nil)}
	}
	for name, c := range map[string]struct {
		playbook playbook.ID
		answers  playbook.Answers
		text     string
		missing  []playbook.FieldID
	}{
		"A": {"referto-non-trovato", playbook.Answers{"referto-individuato": found, "referto-della-asr": yes(nil), "scarico-richiesto": yes(nil), "referto-inviato": yes(nil)},
			"Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-0001", nil},
		"A without a date": {"referto-non-trovato", playbook.Answers{"referto-individuato": yes(playbook.Evidence{"identifier": "REF-0001"}),
			"referto-della-asr": yes(nil), "scarico-richiesto": yes(nil), "referto-inviato": yes(nil)}, "", []playbook.FieldID{"produced_on"}},
		"A with nothing": {"referto-non-trovato", playbook.Answers{"referto-individuato": yes(nil), "referto-della-asr": yes(nil), "scarico-richiesto": yes(nil),
			"referto-inviato": yes(playbook.Evidence{"produced_on": "  "})}, "", []playbook.FieldID{"produced_on", "identifier"}},
		"A, a date typed as people do": {"referto-non-trovato", playbook.Answers{"referto-individuato": found, "referto-della-asr": yes(nil),
			"scarico-richiesto": yes(nil), "referto-inviato": yes(playbook.Evidence{"produced_on": "3/11/2026"})},
			"Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-0001", nil},
		"A, whatever the value is": {"referto-non-trovato", playbook.Answers{"referto-individuato": yes(playbook.Evidence{"identifier": "{produced_on}", "produced_on": "{identifier}"}),
			"referto-della-asr": yes(nil), "scarico-richiesto": yes(nil), "referto-inviato": yes(nil)},
			"Il referto è stato prodotto in data {identifier} e ha il seguente identificativo {produced_on}", nil},
		"B paid": {"referto-non-visualizzabile", paid(playbook.Evidence{"paid_on": "2026-11-05"}),
			"Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-0001. Il referto è stato pagato in data 05/11/2026", nil},
		"B exempt": {"referto-non-visualizzabile", paid(playbook.Evidence{"exempt": "true"}),
			"Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-0001. Il paziente è esente", nil},
		"B not exempt": {"referto-non-visualizzabile", paid(playbook.Evidence{"exempt": "false"}), "", []playbook.FieldID{"paid_on", "exempt"}},
		"B neither":    {"referto-non-visualizzabile", paid(nil), "", []playbook.FieldID{"paid_on", "exempt"}},
		"C both": {"mancato-pagamento", unpaid(playbook.Evidence{"ticket_number": "TK-1", "iuv": "01123456789012316"}),
			"Il pagamento associato al numero ticket regionale TK-1 e/o allo IUV 01123456789012316 non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo.", nil},
		"C number": {"mancato-pagamento", unpaid(playbook.Evidence{"ticket_number": "TK-1"}),
			"Il pagamento associato al numero ticket regionale TK-1 non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo.", nil},
		"C IUV": {"mancato-pagamento", unpaid(playbook.Evidence{"iuv": "01123456789012316"}),
			"Il pagamento associato allo IUV 01123456789012316 non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo.", nil},
		"C none": {"mancato-pagamento", unpaid(nil), "", []playbook.FieldID{"ticket_number", "iuv"}},
		"C, the literal reading": {"mancato-pagamento", playbook.Answers{"pagamento-dichiarato": yes(playbook.Evidence{"iuv": "01123456789012316"}), "pagamento-risulta": no,
			"altri-importi": yes(nil), "ricevuta-con-importi": yes(nil), "ricevuta-con-importi-prova": no},
			"Il pagamento associato allo IUV 01123456789012316 non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo.", nil},
		"D": {"accesso-facilitato", playbook.Answers{"facilitato-richiesto": yes(nil), "facilitato-inviato": yes(playbook.Evidence{"identifier": "REF-0001"}),
			"pin-coincide": yes(nil), "tripletta-valida": no}, "Referto REF-0001 inviato con successo a FSE/ROL da parte dell’Azienda", nil},
		"E": {"referto-non-trovato", playbook.Answers{"referto-individuato": found, "referto-della-asr": no},
			"Il referto REF-0001 non risulta appartenere alla nostra Azienda.", nil},
		"the PIN's channel": {"accesso-facilitato", playbook.Answers{"facilitato-richiesto": yes(nil), "facilitato-inviato": yes(nil), "pin-coincide": no},
			"", []playbook.FieldID{"pin_channel"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, ok := l.Walk(pinned(t, l, c.playbook), c.answers)
			if !ok || w.Outcome == nil {
				t.Fatalf("got %+v, want an outcome", w)
			}
			text, missing := w.Note()
			if text != c.text || !slices.Equal(missing, c.missing) {
				t.Errorf("got note %q, missing %v, want %q, missing %v", text, missing, c.text, c.missing)
			}
		})
	}
}

func TestOddEvidenceCausesWarning(t *testing.T) {
	today := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	choice := playbook.Field{Type: playbook.Choice, Options: []string{"totem"}}
	field := func(t playbook.FieldType) playbook.Field { return playbook.Field{Type: t} }
	for _, c := range []struct {
		field playbook.Field
		value string
		odd   bool
	}{
		{field(playbook.Date), "2026-11-23", false}, {field(playbook.Date), "23/11/2026", false}, {field(playbook.Date), "24/11/2026", true},
		{field(playbook.Date), "31/02/2026", true}, {field(playbook.Date), "ieri", true}, {field(playbook.Date), "01/01/0026", true}, {field(playbook.Date), "", false},
		{field(playbook.IUV), "301123456789012316", false}, {field(playbook.IUV), "3011 2345 6789 0123 16", false}, {field(playbook.IUV), "301123456789012317", true},
		{field(playbook.IUV), "01123456789012316", false}, {field(playbook.IUV), "011234567890123", false}, {field(playbook.IUV), "001123456789012316", true},
		{field(playbook.IUV), "RF18539007547034", true}, {field(playbook.IUV), "boh", true},
		{field(playbook.TicketNumber), "12345678", false}, {field(playbook.TicketNumber), "?", true},
		{field(playbook.Identifier), "REF-1", false}, {field(playbook.Identifier), "REF 1", true},
		{choice, "totem", false}, {choice, "posta", true},
		{field(playbook.Flag), "true", false}, {field(playbook.Flag), "forse", true}, {field(playbook.FreeText), "qualunque cosa", false},
	} {
		if got := c.field.Warning(c.value, today); (got.Code != "") != c.odd {
			t.Errorf("%s %q: got warning %q, want a warning: %t", c.field.Type, c.value, got, c.odd)
		}
	}
}
