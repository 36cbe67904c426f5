// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accessreport

import "github.com/sol-assistenza/sol/handlers/app/accesslog"

// kindTexts holds, for each kind of look that shows data of a ticket, which data it shows.
var kindTexts = []struct {
	kind    accesslog.Kind
	english string
	italian string
}{
	{accesslog.Ticket, "form, notes and timeline", "modulo, note e storia"},
	{accesslog.Checks, "answers to the checks, with evidence", "risposte alle verifiche, con le prove"},
	{accesslog.Attachment, "files", "allegati"},
	{accesslog.Preview, "text for the citizen before it was sent", "testo per il cittadino prima dell’invio"},
	{accesslog.History, "all events", "tutti gli eventi"},
	{accesslog.Dossier, "dossier with all data and files", "fascicolo con tutti i dati e gli allegati"},
	{accesslog.Accesses, "records of accesses", "registrazioni degli accessi"},
	{accesslog.Question, "question to a connected system", "domanda a un sistema collegato"},
	{accesslog.Lists, "row of a list: name, number, status", "riga di un elenco: nome, numero, stato"},
	{accesslog.Search, "row of a search: name, number, status", "riga di una ricerca: nome, numero, stato"},
	{accesslog.PersonSearched, "row of a search: name, number, status", "riga di una ricerca: nome, numero, stato"},
	{accesslog.Notifications, "notification with the ticket’s number", "notifica con il numero della richiesta"},
	{accesslog.Figures, "row behind a figure: number, status, times", "riga dietro una cifra: numero, stato, tempi"},
	{accesslog.Export, "row of an exported list", "riga di un elenco esportato"},
}

// Kinds returns the kinds of looks that a report holds, in their order.
func Kinds() (all []accesslog.Kind) {
	for _, t := range kindTexts {
		all = append(all, t.kind)
	}
	return all
}

// English returns which data a kind of look shows.
func English(k accesslog.Kind) string {
	for _, t := range kindTexts {
		if t.kind == k {
			return t.english
		}
	}
	return string(k)
}

// Italian is English in Italian.
func Italian(k accesslog.Kind) string {
	for _, t := range kindTexts {
		if t.kind == k {
			return t.italian
		}
	}
	return string(k)
}
