// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"fmt"
	"net/http"

	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// closedFileProblem returns the error message for a file that is not served.
func closedFileProblem(e *files.ClosedError) *Problem {
	p := &Problem{Status: http.StatusForbidden, Title: "Il file non si può aprire", Text: "Il file " + quoteName(e.Name) + " " + ClosedFileText(ticketview.File{FileChecks: ticketview.FileChecks{State: e.State, Signature: e.Signature}}) + "."}
	switch e.State {
	case ticketview.FileWaiting:
		p.Status, p.Title = http.StatusConflict, "Il file è in verifica"
		p.Text += " Di solito bastano pochi secondi: torni alla richiesta e riprovi tra poco."
	case ticketview.FileInfected, ticketview.FileUnscannable, ticketview.FileDamaged, ticketview.FileOpen:
		p.Text += " Se il contenuto serve, ne va inviata un’altra copia."
	}
	return p
}

func quoteName(name string) string {
	if name == "" {
		return "richiesto"
	}
	return "«" + name + "»"
}

// ClosedFileText says why a file is not served; "" for one that is.
func ClosedFileText(f ticketview.File) string {
	switch f.State {
	case ticketview.FileWaiting:
		return "è in verifica con l’antivirus"
	case ticketview.FileInfected:
		return fmt.Sprintf("contiene un virus (%s): non si può scaricare", f.Signature)
	case ticketview.FileUnscannable:
		return fmt.Sprintf("non si può verificare con l’antivirus (%s): non si può scaricare", f.Signature)
	case ticketview.FileDamaged:
		return "è un’immagine danneggiata, che non si può mostrare"
	case ticketview.FileOpen:
	}
	return ""
}
