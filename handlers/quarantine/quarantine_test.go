// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package quarantine_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/quarantine"
	"github.com/sol-assistenza/sol/handlers/quarantine/clamdtest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func TestMain(m *testing.M) { storetest.Run(m) }

const torino = "010301"

type fixture struct {
	*handlertest.System
	t     *testing.T
	clamd *clamdtest.Server
	anna  app.Caller
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{System: handlertest.New(t, handlertest.Options{}), t: t, clamd: clamdtest.New(t)}
	f.anna = app.Caller{Actor: person.Actor{ID: f.Account(t, "anna", person.ASROperator, torino), Role: person.ASROperator, Entity: torino}}
	return f
}

// scan runs a scanner until the test ends or the function that it returns is called.
func (f *fixture) scan() (stop func()) {
	f.t.Helper()
	s, err := quarantine.New(quarantine.Config{
		Pool: f.Store.Pools().Consumer, Keyring: f.Store.Keyring(), Clamd: f.clamd.Clamd, PollInterval: 10 * time.Millisecond, Lease: 300 * time.Millisecond,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(f.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { handlertest.ExpectStopped(f.t, "scanner", s.Run(ctx)) })
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	f.t.Cleanup(stop)
	return stop
}

// open opens a ticket with a file and returns it.
func (f *fixture) open(name string, content []byte) ticket.ID {
	f.t.Helper()
	r, err := f.App.Open(f.t.Context(), f.anna, app.OpenRequest{
		Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: torino,
		Files: []attachment.FileUpload{{Name: name, Content: content}}, Form: ticket.Form{
			GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.org", Phone: "+39 011 0000000", Description: "Non trovo il referto",
		},
	}, app.Idempotency{})
	if err != nil {
		f.t.Fatal(err)
	}
	return ticket.ID(r.Stream)
}

// fileFor returns the one file of a ticket as a caller sees it.
func (f *fixture) fileFor(by app.Caller, id ticket.ID) ticketview.File {
	f.t.Helper()
	t, err := f.App.Ticket(f.t.Context(), by, id, nil)
	if err != nil || len(t.Attachments) != 1 {
		f.t.Fatalf("got %+v, %v", t.Attachments, err)
	}
	return t.Attachments[0]
}

func (f *fixture) file(id ticket.ID) ticketview.File { return f.fileFor(f.anna, id) }

// expectClosed checks that nobody can read the file of a ticket, neither by the service nor by the database alone.
func (f *fixture) expectClosed(id ticket.ID, want ticketview.FileState) {
	f.t.Helper()
	file := f.file(id)
	if citizens := f.fileFor(app.LinkHolder(id, ""), id); file.State != want || citizens != file {
		f.t.Errorf("the operator sees %+v, the citizen %+v, want state %q", file, citizens, want)
	}
	auditor := app.Caller{Actor: person.Actor{ID: f.anna.Actor.ID, Role: person.Auditor, Entity: "regione"}}
	for _, by := range []app.Caller{f.anna, app.LinkHolder(id, ""), auditor} {
		var closed *files.ClosedError
		if _, content, err := f.App.ReadFile(f.t.Context(), by, id, file.ID); !errors.As(err, &closed) || closed.State != want || content != nil {
			f.t.Errorf("%s: got %q, %v, want a closed file", by.Actor.Role, content, err)
		}
	}
	if _, err := f.Store.ReadBlob(f.t.Context(), eventstore.Reader{Role: "auditor", Everything: true}, string(id), string(file.ID)); !errors.Is(err, eventstore.ErrNotFound) {
		f.t.Errorf("the database gives the file: %v", err)
	}
}

func (f *fixture) read(id ticket.ID) ([]byte, error) {
	_, content, err := f.App.ReadFile(f.t.Context(), f.anna, id, f.file(id).ID)
	return content, err
}

func (f *fixture) becomesOpen(id ticket.ID) {
	f.t.Helper()
	storetest.Eventually(f.t, "the file is found clean", func() bool { return f.file(id).State == ticketview.FileOpen })
}

func pdf(with []byte) []byte { return append([]byte("%PDF-1.4\n"), append(with, "\n%%EOF\n"...)...) }

// TestFilesAreClosedUntilClamdFindsThemClean sends files before there is a scanner, while clamd is away, and with it, and restarts both.
func TestFilesAreClosedUntilClamdFindsThemClean(t *testing.T) {
	f := newFixture(t)
	earlier := f.open("prima.pdf", pdf([]byte("%prima")))
	if _, err := f.read(earlier); err != nil {
		t.Fatalf("without a scanner: %v", err)
	}
	stop := f.scan() // clamd is away
	storetest.Eventually(t, "the quarantine begins", func() bool { return f.file(earlier).State == ticketview.FileWaiting })
	clean, infected := f.open("pulito.pdf", pdf([]byte("%pulito"))), f.open("ricevuta.pdf", pdf(clamdtest.EICAR()))
	nested := f.open("ricevute.zip", zipOf(t, "altre.zip", zipOf(t, "ricevuta.txt", clamdtest.EICAR())))
	f.expectClosed(earlier, ticketview.FileWaiting)
	f.expectClosed(clean, ticketview.FileWaiting)
	f.expectClosed(infected, ticketview.FileWaiting)
	stop() // a node that ends leaves them to the next
	f.expectClosed(clean, ticketview.FileWaiting)

	f.scan()
	f.clamd.Start()
	f.becomesOpen(clean)
	f.becomesOpen(earlier)
	if content, err := f.read(clean); err != nil || !bytes.Equal(content, pdf([]byte("%pulito"))) {
		t.Errorf("got %q, %v, want the file", content, err)
	}
	storetest.Eventually(t, "clamd finds EICAR", func() bool { return f.file(infected).State == ticketview.FileInfected })
	f.expectClosed(infected, ticketview.FileInfected)
	storetest.Eventually(t, "clamd finds EICAR in an archive in an archive", func() bool { return f.file(nested).State == ticketview.FileInfected })
	if file := f.file(infected); file.Signature != clamdtest.Signature || file.Name != "ricevuta.pdf" {
		t.Errorf("got %+v, want the names of file and signature", file)
	}

	f.clamd.Stop() // a crash
	late := f.open("dopo.pdf", pdf([]byte("%dopo")))
	f.expectClosed(late, ticketview.FileWaiting)
	f.clamd.Start()
	f.becomesOpen(late)
}

// zipOf returns an archive with one file.
func zipOf(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(content)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// While clamd is away, /status says what waits, and the metrics tell its number and age. It needs no file to find out. When clamd is back, nothing
// waits and nothing is said.
func TestStatusNamesWhatWaitsForClamd(t *testing.T) {
	f := newFixture(t)
	f.open("a.pdf", pdf(nil))
	metrics := prometheus.NewRegistry()
	s, err := quarantine.New(quarantine.Config{
		Pool: f.Store.Pools().Consumer, Keyring: f.Store.Keyring(), Clamd: f.clamd.Clamd, PollInterval: 10 * time.Millisecond, LateAfter: time.Nanosecond, Metrics: metrics,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { handlertest.ExpectStopped(t, "scanner", s.Run(ctx)) })
	defer running.Wait()
	defer cancel()
	condition := func() string {
		text, err := s.Late(t.Context())
		if err != nil {
			t.Error(err)
		}
		return text
	}
	storetest.Eventually(t, "the condition", func() bool { return strings.Contains(condition(), "has not answered") })
	if text := condition(); !strings.Contains(text, "1 files wait") || !strings.Contains(text, "nothing is lost, and they are scanned when clamd answers") {
		t.Errorf("got %q", text)
	}
	values := map[string]float64{}
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		values[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
	}
	if values["sol_files_in_quarantine"] != 1 || values["sol_files_in_quarantine_seconds"] <= 0 {
		t.Errorf("got metrics %v, want one file and its age", values)
	}
	f.clamd.Start()
	storetest.Eventually(t, "nothing is said", func() bool { return condition() == "" })
}

// A node that dies over a scan leaves the file to others when its lease has ended.
func TestFileOfADeadNodeIsScannedByAnother(t *testing.T) {
	f := newFixture(t)
	f.clamd.Start()
	if err := quarantine.Begin(t.Context(), f.Store.Pools().Consumer); err != nil {
		t.Fatal(err)
	}
	id := f.open("a.pdf", pdf(nil))
	if _, err := f.Store.Pools().Consumer.Exec(t.Context(), `update files.scans set due_at = clock_timestamp() + interval '200 ms', attempts = 1`); err != nil {
		t.Fatal(err)
	}
	f.expectClosed(id, ticketview.FileWaiting)
	f.scan()
	f.becomesOpen(id)
}

// What clamd refuses or cannot look into stays closed: over its limit of size, and encrypted.
func TestFilesThatClamdCannotScanStayClosed(t *testing.T) {
	f := newFixture(t)
	f.clamd.Start()
	if _, err := f.clamd.Clamd.Scan(t.Context(), make([]byte, clamdtest.MaxSize+1)); err == nil || !bytes.Contains([]byte(err.Error()), []byte("StreamMaxLength")) {
		t.Errorf("over clamd's limit: got %v, want what to do", err)
	}
	own := f.clamd.Clamd
	own.MaxSize = 10
	if _, err := own.Scan(t.Context(), make([]byte, 11)); err == nil {
		t.Error("over our limit: no error")
	}
	f.clamd.Clamd.MaxSize = 10
	f.scan()
	id := f.open("a.pdf", pdf(nil))
	storetest.Eventually(t, "the scan fails", func() (failed bool) {
		err := f.Store.Pools().Consumer.QueryRow(t.Context(), `select error like '%StreamMaxLength%' and due_at > clock_timestamp() from files.scans`).Scan(&failed)
		return err == nil && failed
	})
	f.expectClosed(id, ticketview.FileWaiting)
}

// The quarantine is one for all nodes: it also holds on a node without a scanner. When it ends, infected files stay closed.
func TestQuarantineEndsForWhatWasNotFoundInfected(t *testing.T) {
	f := newFixture(t)
	f.clamd.Start()
	stop := f.scan()
	infected := f.open("a.pdf", pdf(clamdtest.EICAR()))
	storetest.Eventually(t, "clamd finds EICAR", func() bool { return f.file(infected).State == ticketview.FileInfected })
	stop()
	waiting := f.open("b.pdf", pdf(nil))
	f.expectClosed(waiting, ticketview.FileWaiting)
	pool := f.Store.Pools().Consumer
	if exists, err := quarantine.Exists(t.Context(), pool); err != nil || !exists {
		t.Errorf("got %t, %v, want a quarantine", exists, err)
	}
	if err := quarantine.End(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if _, err := f.read(waiting); err != nil {
		t.Errorf("after the end: %v", err)
	}
	f.expectClosed(infected, ticketview.FileInfected)
}
