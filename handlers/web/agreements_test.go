// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// TestFiguresPerPersonNeedAnAgreement opens a dashboard before, during and after an agreement of its entity, which an administrator records.
func TestFiguresPerPersonNeedAnAgreement(t *testing.T) {
	w, sara, rita := newBusySystem(t)
	const off = "Le cifre per persona sono spente"
	sara.open("/cruscotto").want(200).shows(off).doesNotShow("Prova anna")
	rita.open("/cruscotto").want(200).shows(off)

	ada := w.login("ada", person.Administrator, "")
	form := ada.open("/amministrazione").openLink("Accordi").want(200).shows("Nessun ente ha un accordo")
	typed := formValues{"Ente": "ASL Città di Torino", "Che cosa permette": "Cifre per persona nel cruscotto", "Documento: titolo e protocollo, senza nomi di persone": "Accordo prot. 1234", "Firmato il": "2026-02-02"}
	late := formValues{}
	for name, value := range typed {
		late[name] = value
	}
	late["Firmato il"] = "2026-03-31"
	refused := form.submit("Registra l’accordo", late).want(422).shows("una data fino a oggi")
	if kept := refused.fields("Registra l’accordo"); kept.Get("riferimento") != "Accordo prot. 1234" || kept.Get("ente") != "010301" {
		t.Errorf("the refused form: got %v, want it as typed", kept)
	}
	form.submit("Registra l’accordo", typed).want(200).shows("L’accordo è registrato", "Accordo prot. 1234, firmato il 02/02/2026")
	form.submit("Registra l’accordo", typed).want(409).shows("È già così")

	if rows := sara.open("/cruscotto").want(200).doesNotShow(off).table("t-operatori"); len(rows) < 2 {
		t.Errorf("got %v, want a row of an operator", rows)
	}
	rita.open("/cruscotto?ente=010208").want(200).shows(off)
	if rows := rita.open("/cruscotto").want(200).table("t-operatori"); len(rows) < 2 {
		t.Errorf("got %v, want a row of an operator of the entity that agreed", rows)
	}

	refused = ada.open("/amministrazione/accordi").submit("Registra la fine", formValues{"Documento che lo termina": " "}).want(422).shows("compili questo campo", "Accordo prot. 1234")
	if record := refused.fields("Registra l’accordo"); record.Get("ente") != "" {
		t.Errorf("got %v in the other form, want it empty", record)
	}
	ada.open("/amministrazione/accordi").submit("Registra la fine", formValues{"Documento che lo termina": "Disdetta prot. 99"}).want(200).
		shows("L’accordo è finito", "Nessun ente ha un accordo", "Disdetta prot. 99", "registrato l’accordo")
	sara.open("/cruscotto").want(200).shows(off)
}
