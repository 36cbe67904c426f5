// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// childEnv is the environment variable that makes the test binary run as the sender that a test kills. It holds a childSpec.
const childEnv = "SOL_MAIL_TEST_SENDER"

func TestMain(m *testing.M) {
	if spec := os.Getenv(childEnv); spec != "" {
		runChildSender(spec)
		return
	}
	storetest.Run(m)
}

// childSpec holds the database and the relay of a child sender.
type childSpec struct{ URL, Peer string }

// runChildSender is the child process: it sends due mails until it is killed.
func runChildSender(spec string) {
	var c childSpec
	if err := json.Unmarshal([]byte(spec), &c); err != nil {
		panic(err)
	}
	ctx := context.Background()
	store, err := eventstore.Open(ctx, eventstore.Config{URL: c.URL, MasterKey: storetest.MasterKey()})
	if err != nil {
		panic(err)
	}
	_, sender := newSender(store, c.Peer)
	for {
		if err := sender.Retry(ctx); err != nil && !errors.Is(err, context.Canceled) {
			panic(err)
		}
	}
}

var messageID = regexp.MustCompile(`Message-ID: <([0-9a-f-]{36})@`)

// The sender is killed again and again at random moments. Every mail arrives, and only mails that are marked as uncertain arrive twice. No
// mail holds an internal or regional note.
func TestKilledSenderLosesNoMail(t *testing.T) {
	w := newFixture(t)
	const n = 120
	down := listenNowhere(t)
	_, w.sender = newSender(w.store, down)
	ids := map[string]bool{}
	for i := range n {
		id := w.open(ticket.Declared)
		w.dispatch(id, anna, ticket.Update{Note: &ticket.NoteInput{ID: newID(), Text: internal, Visibility: ticket.Internal}})
		note := w.write(id, "", fmt.Sprintf("Messaggio %d", i))
		w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: &ticket.NoteInput{ID: newID(), Text: regional, Visibility: ticket.Public}})
		ids[w.deliver(id, note)] = true
	}
	spec, err := json.Marshal(childSpec{w.url, w.relay.url()})
	if err != nil {
		t.Fatal(err)
	}
	killed := 0
	for done := false; !done; {
		child := exec.Command(os.Args[0])
		child.Env, child.Stderr = append(os.Environ(), childEnv+"="+string(spec)), os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		goal := len(w.relay.received()) + 1 + rand.IntN(25)
		for poll := time.NewTicker(200 * time.Microsecond); ; {
			<-poll.C
			if len(w.relay.received()) >= goal {
				break
			}
			var left int
			if err := w.store.Pools().Outbox.QueryRow(t.Context(), "select count(*) from mail.deliveries where state <> 'sent'").Scan(&left); err != nil {
				t.Fatal(err)
			}
			if done = left == 0; done {
				break
			}
		}
		_ = child.Process.Kill()
		_ = child.Wait()
		killed++
	}
	arrived := map[string]int{}
	for _, m := range w.relay.received() {
		if strings.Contains(m, internal) || strings.Contains(m, regional) {
			t.Fatal("got a mail with internal or regional text")
		}
		arrived[messageID.FindStringSubmatch(m)[1]]++
	}
	twice, uncertain := 0, 0
	for id := range ids {
		_, marked := w.row(id)
		if marked {
			uncertain++
		}
		switch {
		case arrived[id] == 0:
			t.Errorf("mail %s never arrived", id)
		case arrived[id] > 1 && !marked:
			t.Errorf("mail %s arrived %d times and is not marked as uncertain", id, arrived[id])
		case arrived[id] > 1:
			twice++
		}
	}
	t.Logf("%d mails, sender killed %d times: %d uncertain, %d of them arrived twice", n, killed, uncertain, twice)
}
