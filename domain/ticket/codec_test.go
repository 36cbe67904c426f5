// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

const (
	torino catalog.EntityCode = "010301"
	to3    catalog.EntityCode = "010203"
	id     ID                 = "01930000-0000-7000-8000-000000000001"
	noteID ID                 = "01930000-0000-7000-8000-0000000000aa"
)

var (
	noon       = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	heldUntil  = noon.Add(10 * time.Second)
	sampleText = &Text{Text: "parole"}
	sampleMail = receivedmail.MailContent{Quoted: "Testo citato", LeftOut: []receivedmail.LeftOutFile{{Name: "prova.heic", Why: receivedmail.LeftOutType}}}
)

var updateGolden = flag.Bool("update", false, "write golden files that do not exist yet; those that exist are never changed")

// samples returns an event of every type with all fields set.
func samples() []Event {
	files := []Attachment{{
		ID: "01930000-0000-7000-8000-0000000000f1", MediaType: "application/pdf", Size: 1024, SHA256: strings.Repeat("ab", 32),
	}}
	text := &Text{Text: "Testo di prova", FileNames: []string{"prova.pdf"}}
	original := Attachment{ID: "01930000-0000-7000-8000-0000000000f2", MediaType: receivedmail.OriginalMediaType, Size: 2048, SHA256: strings.Repeat("cd", 32)}
	mailText := &Text{Text: "Testo di prova", MailContent: sampleMail}
	someone := Assignee{Operator: "01930000-0000-7000-8000-0000000000c1"}
	opened := Opened{Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: torino, ChosenEntity: torino,
		Channel: ChannelWeb, Identity: Verified, Citizen: "01930000-0000-7000-8000-0000000000c2", Requester: ForSelf,
		Facilitated: true, LinkedTo: "01930000-0000-7000-8000-000000000002", Attachments: files, Status: StatusNew,
		Personal: &Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+390110000000", Description: "Non trovo il referto", OnBehalfOf: "Minore Fittizio", IUV: "01123456789012316",
			FileNames: []string{"prova.pdf"}}}
	openedV1, openedV2 := opened, opened
	openedV1.Subject, openedV1.Person = "s1", "s1" // not a hash, so the id is the same text
	openedV2.Person = "01930000-0000-4000-8000-0000000000b1"
	return []Event{
		openedV1,
		openedV2,
		Assigned{Assignee: Assignee{Supervisors: true}},
		Unassigned{},
		Taken{Assignee: someone, Status: StatusInProgress},
		CitizenNote{Note: noteID, VisibleFrom: heldUntil, Attachments: files, Personal: text},
		InternalNote{Note: noteID, Entity: torino, Attachments: files, Personal: text},
		RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil, Attachments: files, Personal: text},
		CitizenAsked{Note: noteID, Status: StatusWaiting},
		Resumed{Status: StatusInProgress, Personal: sampleText},
		CitizenReplied{Reply: noteID, Kind: ReplyAnswer, Status: StatusInProgress, Attachments: files, Personal: text},
		Escalated{Handover: 1, From: torino, Note: noteID, Status: StatusHandedOver},
		Recalled{Handover: 1, Entity: torino, Assignee: someone, Status: StatusInProgress, Personal: sampleText},
		Redirected{Handover: 2, To: to3, Assignee: someone, Note: noteID, Status: StatusNew},
		Resolved{Resolution: 1, Note: noteID, EffectFrom: heldUntil, Status: StatusResolved},
		Discarded{Resolution: 1, Why: Spam, EffectFrom: noon, Status: StatusResolved},
		MarkedDuplicate{Resolution: 1, Original: id, Note: noteID, EffectFrom: heldUntil, Status: StatusResolved},
		Reopened{Assignee: someone, Status: StatusInProgress, Personal: sampleText},
		ActWithdrawn{Act: id, Notes: []ID{noteID}, Service: "ritiro-documenti", Problem: "altro", Entity: torino,
			Traces: []catalog.EntityCode{to3}, Assignee: someone, Status: StatusNew},
		AutoClosed{Resolution: 1, Status: StatusClosed},
		TransferredToSuccessor{From: torino, To: to3},
		Reclassified{Service: "ritiro-documenti", Problem: "mancato-pagamento"},
		PlaybookStarted{Run: 1, Entity: torino, Pinned: playbook.PinnedVersions{
			Playbook: "referto-non-trovato", Version: 1, Reachable: map[playbook.ID]int{"invio-fallito": 1}}},
		CheckAnswered{Run: 1, Entity: torino, Check: "inviato", Yes: true, Query: playbook.SendingResult,
			Personal: &Evidence{Values: playbook.Evidence{"identifier": "REF-PROVA-1"}}},
		CheckTried{Run: 1, Entity: torino, Check: "inviato", Query: playbook.SendingResult, Why: SystemUnreachable},
		AnswersForgotten{Run: 1, Checks: []playbook.CheckID{"pagato"}},
		OutcomeCarriedOut{Run: 1, Outcome: "in-correzione", Action: playbook.Wait, Remind: true},
		PlaybookReminded{Run: 1, N: 2},
		HandoverWarned{Handover: 1, Entity: catalog.Region, Due: noon},
		HandoverBreached{Handover: 1, Entity: catalog.Region, Due: noon},
		PingPongNoticed{Handover: 3, ASR: torino},
		CitizenReminded{Question: noteID, N: 1},
		ContactFailed{Message: "01930000-0000-7000-8000-0000000000e1", Why: DeliveryBounced},
		MailKept{Mail: noteID, Why: receivedmail.AutomaticMail, Original: &original, Personal: mailText},
		LinksRevoked{Issue: 2, Send: true, Personal: &Text{Text: "il collegamento è stato inoltrato"}},
		ContactsCorrected{Address: 1, EmailChanged: true, PhoneChanged: true,
			Personal: &Contacts{Email: "prova@example.it", Phone: "+390110000000", Reason: "Testo"}},
		CitizenInformed{Note: noteID, How: InformByTelephone},
		ReplyForwarded{To: id, Version: 7},
		FormerViewEnded{Entity: torino},
		AccessRestricted{Personal: sampleText},
		RestrictionLifted{Personal: sampleText},
		RepresentationVerified{Kind: AsDelegate, Files: []ID{files[0].ID}, Personal: &RepresentationEvidence{Seen: "Documento e delega", Act: "Delega firmata", Date: "2026-11-20"}},
		RepresentationRefused{Kind: AsHeir, Files: []ID{files[0].ID}, Personal: &RepresentationEvidence{Seen: "Documento", Act: "Dichiarazione", Date: "2026-11-20", Reason: "Non risulta erede"}},
		PersonalDataErased{},
	}
}

// TestStoredEventsGolden checks that stored events stay readable: the golden file of every stored name decodes to its sample, and the
// sample encodes to the file.
func TestStoredEventsGolden(t *testing.T) {
	for _, e := range samples() {
		s, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(s.Name, func(t *testing.T) {
			got := append(append(bytes.Clone(s.Data), '\n'), s.Personal...)
			file := filepath.Join("testdata", "events", s.Name+".json")
			want, err := os.ReadFile(file)
			if os.IsNotExist(err) && *updateGolden {
				want = got
				err = os.WriteFile(file, got, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("got stored form\n%s\nwant\n%s\nan event whose shape changes needs a new name", got, want)
			}
			data, personal, _ := bytes.Cut(want, []byte("\n"))
			if len(personal) == 0 {
				personal = nil
			}
			decoded, err := Decode(s.Name, data, personal)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(decoded, e) {
				t.Fatalf("got decoded\n%+v\nwant\n%+v", decoded, e)
			}
		})
	}
}

// TestMailContentIsOptional checks that a reply and a linked ticket with and without the content of a mail have the same stored name, so that
// nodes of the release before can read them.
func TestMailContentIsOptional(t *testing.T) {
	original := &Attachment{ID: "01930000-0000-7000-8000-0000000000f2", MediaType: receivedmail.OriginalMediaType, Size: 2048, SHA256: strings.Repeat("cd", 32)}
	for _, e := range []Event{
		CitizenReplied{Reply: noteID, Kind: ReplyAnswer, Status: StatusInProgress, Original: original, Personal: &Text{Text: "Sì", MailContent: sampleMail}},
		Opened{Number: "2026-0000001", Person: "p", Original: original, Status: StatusNew, Personal: &Form{Description: "Sì", MailContent: sampleMail}},
	} {
		s, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(s.Name, s.Data, s.Personal)
		if err != nil || !reflect.DeepEqual(got, e) || !slices.Contains(s.Attachments, original.ID) || bytes.Contains(s.Data, []byte("citato")) {
			t.Errorf("%s: got %+v with files %v, %v, want %+v", s.Name, got, s.Attachments, err, e)
		}
	}
}

// TestEventNames checks the names of events in the API, which are made from the stored names.
func TestEventNames(t *testing.T) {
	var got []string
	for _, e := range samples() {
		got = append(got, EventName(e))
	}
	want := strings.Fields(`opened opened assigned unassigned taken citizen_note internal_note regional_note citizen_asked resumed citizen_replied
		escalated recalled redirected resolved discarded marked_duplicate reopened act_withdrawn auto_closed succeeded reclassified
		playbook_started check_answered check_tried answers_forgotten outcome_carried_out playbook_reminded
		handover_warned handover_breached ping_pong_noticed citizen_reminded contact_failed mail_kept links_revoked contacts_corrected citizen_informed
		reply_forwarded former_view_ended access_restricted restriction_lifted
		representation_verified representation_refused personal_data_erased`)
	if !slices.Equal(got, want) {
		t.Errorf("got names\n%v\nwant\n%v", got, want)
	}
}

// TestEveryEventHasSample compares the types in the files of events with the samples, so that each new event gets a sample.
func TestEveryEventHasSample(t *testing.T) {
	names, err := filepath.Glob("*events.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for _, name := range append(names, "event.go") {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "event" {
				declared[f.Recv.List[0].Type.(*ast.Ident).Name] = true
			}
		}
	}
	for _, e := range samples() {
		delete(declared, reflect.TypeOf(e).Name())
	}
	if len(declared) != 0 || len(samples()) < 34 {
		t.Fatalf("got %d samples, want a sample of each event: missing %v", len(samples()), declared)
	}
}

func TestPersonalDataIsNotStoredInTheClear(t *testing.T) {
	for _, e := range samples() {
		s, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{
			"Prova", "Fittizi", "RSSMRA", "example.it", "referto\"", "Testo", "prova.pdf", "parole", "01123456789012316",
		} {
			if bytes.Contains(s.Data, []byte(word)) {
				t.Errorf("%s: got %q in the clear: %s", s.Name, word, s.Data)
			}
		}
	}
}

func TestEventsDecodeWithoutPersonalData(t *testing.T) {
	for _, e := range samples() {
		s, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(s.Name, s.Data, nil); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

func TestDecodeRefusesUnknownNames(t *testing.T) {
	if _, err := Decode("ticket.opened.v99", []byte("{}"), nil); err == nil || !strings.Contains(err.Error(), "ticket.opened.v99") {
		t.Fatalf("got error %v, want an error with the name", err)
	}
}
