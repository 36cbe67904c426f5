// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package dossier makes the dossier of a ticket, with which an auditor can verify its events without this program.
package dossier

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/proof"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Dossier holds all data of one ticket with the proof of its events, for an auditor to keep or to hand over.
type Dossier struct {
	Number   string               `json:"number"`
	MadeAt   time.Time            `json:"made_at"`
	MadeBy   ticketview.By        `json:"made_by"`
	Position string               `json:"position"` // of the log's last event when it was made
	Ticket   ticketview.Ticket    `json:"ticket"`   // as the auditor sees it
	Checks   *ticketview.Playbook `json:"checks,omitempty"`
	Files    []File               `json:"attachments"`
	Events   []Event              `json:"events"`
	// Erased lists the positions of the events whose personal part was destroyed.
	Erased            []string `json:"erased"`
	VerificationSteps []string `json:"how_to_check"` // Italian
}

// Event is an event with the bytes from which its hash is computed; see proof.LeafInput.
type Event struct {
	app.RawEvent
	Content []byte `json:"content"` // base64
	Record  []byte `json:"record"`  // base64
}

// File describes an attachment and its hashes. It does not hold the content, which is downloaded separately.
type File struct {
	ID        ticket.ID `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`
	State     string    `json:"state"`               // kept, erased, missing, withheld; quarantined, infected, unscannable: it is not served
	Signature string    `json:"signature,omitempty"` // the virus scanner's name of what it found
	SHA256    string    `json:"sha256"`              // of the file; empty unless State is kept
	Sealed    string    `json:"sealed_sha256"`       // of the file as it was encrypted, recorded with the event
	Position  string    `json:"position"`            // of the event that names it
}

// verificationSteps explains how to compute a leaf hash without any program of this repository.
// handlers/web/dossier_test.go follows them.
var verificationSteps = []string{
	"Il fascicolo in formato JSON riporta per ogni evento, in base64, i byte da cui si calcola la sua impronta («content» e «record») e l’impronta stessa («hash»).",
	"L’impronta SHA-256 di «content» è uguale agli ultimi 32 byte di «record».",
	"L’impronta SHA-256 di un byte zero seguito da «record» è uguale a «hash» (foglia secondo RFC 6962). Per esempio: jq -r '.events[0].record' FILE | base64 -d | (printf '\\0'; cat) | sha256sum",
	"«record» è: identificativo della richiesta (16 byte), versione (4), lunghezza del tipo (4) e tipo, microsecondi dal 1970 UTC (8), impronta di «content» (32). I numeri sono in ordine di rete.",
	"«content» è: autore, ruolo ed ente (4 byte di lunghezza e testo, ciascuno), atto (16), posizione della causa (8), chiave (16), dati e parte cifrata (4 byte di lunghezza e contenuto, ciascuno), numero degli allegati (4) e loro identificativi (16 ciascuno).",
	"Se l’evento dice chi può leggere («readers» o «only_for»), «content» comincia con i byte ff ff ff ff e il numero 2 (4 byte), e finisce con i due elenchi, «readers» e «only_for»: per ciascuno il numero dei lettori (4) e, in ordine, lunghezza (4) e testo di ogni lettore.",
	"La parte cifrata entra nell’impronta così com’è conservata: l’impronta si può ricontrollare anche dopo che i dati personali sono stati cancellati.",
}

// Make returns the dossier of a ticket, for auditors only, and records the look. Errors: those of Service.Replay.
func Make(ctx context.Context, s *app.Service, by app.Caller, id ticket.ID) (Dossier, error) {
	r, err := s.ReplayAs(ctx, by, id, accesslog.Dossier)
	if err != nil {
		return Dossier{}, err
	}
	stream, err := uuid.Parse(string(id))
	if err != nil {
		return Dossier{}, fmt.Errorf("ticket %s: %w", id, err)
	}
	evidence, err := proof.ReadLeafInputs(ctx, s.Store.Pools().Request, by.Viewer().Reader(), stream)
	if err != nil {
		return Dossier{}, err
	}
	head, _, err := s.Store.Head(ctx)
	if err != nil {
		return Dossier{}, err
	}
	names, err := s.Identity.Names(ctx, by.Viewer().Reader(), []string{by.Actor.ID})
	if err != nil {
		return Dossier{}, err
	}
	d := Dossier{
		MadeAt: s.Store.Now(), Position: head.String(), Files: []File{}, Erased: []string{}, VerificationSteps: verificationSteps,
		MadeBy: ticketview.By{ID: by.Actor.ID, Role: by.Actor.Role, Name: names[by.Actor.ID]},
	}
	d.Ticket, d.Number = r.Latest, r.Latest.Number
	if checks, ok := r.At(r.Now).Checks(r.Viewer); ok {
		d.Checks = &checks
	}
	for i, e := range r.Events { // evidence was read later and may hold some more events
		shown := Event{RawEvent: e, Content: evidence[i].Content, Record: evidence[i].Record}
		if e.Withheld {
			shown.Content = nil // the record proves the event without it
		}
		d.Events = append(d.Events, shown)
		if e.Erased {
			d.Erased = append(d.Erased, e.Position)
		}
	}
	return d, errors.Join(s.Files.Mark(ctx, by, &d.Ticket), d.addFiles(ctx, s, by, id, r))
}

// closedStates holds the state of a file in a dossier by why it is not served.
var closedStates = map[ticketview.FileState]string{
	ticketview.FileWaiting: "quarantined", ticketview.FileInfected: "infected", ticketview.FileUnscannable: "unscannable",
}

// addFiles lists the attachments of all events. It hashes the content of those that can still be read.
func (d *Dossier) addFiles(ctx context.Context, s *app.Service, by app.Caller, id ticket.ID, r *app.Replay) error {
	fileNames := map[ticket.ID]string{}
	for _, f := range d.Ticket.Files() {
		fileNames[f.ID] = f.Name
	}
	var ids []ticket.ID
	for _, e := range r.History() {
		for _, a := range codec.AttachmentsOf(e.Event) {
			ids = append(ids, a.ID)
		}
	}
	closed, err := s.Files.Closed(ctx, by, id, ids)
	if err != nil {
		return err
	}
	for i, e := range r.History() {
		for _, a := range codec.AttachmentsOf(e.Event) {
			f := File{
				ID: a.ID, Name: fileNames[a.ID], MediaType: a.MediaType, Size: a.Size, State: "kept", Sealed: a.SHA256,
				Position: r.Events[i].Position,
			}
			if r.Events[i].Withheld {
				f.State = "withheld"
				d.Files = append(d.Files, f)
				continue
			}
			content, err := s.Store.ReadBlob(ctx, by.Viewer().Reader(), string(id), string(a.ID))
			switch {
			case errors.Is(err, eventstore.ErrErased):
				f.State = "erased"
			case errors.Is(err, eventstore.ErrNotFound):
				f.State = cmp.Or(closedStates[closed[a.ID].State], "missing") // this does not stop the dossier
				f.Signature = closed[a.ID].Signature
			case err != nil:
				return err
			default:
				sum := sha256.Sum256(content)
				f.SHA256 = hex.EncodeToString(sum[:])
			}
			d.Files = append(d.Files, f)
		}
	}
	return nil
}
