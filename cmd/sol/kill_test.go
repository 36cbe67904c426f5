// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// ticketLoad opens tickets concurrently, each with its own idempotency key, and keeps the acknowledged numbers.
type ticketLoad struct {
	by      apiClient
	clients int // that open tickets at the same time; 0: 8
	tried   atomic.Int64
	mu      sync.Mutex
	opened  map[int]string // numbers of the acknowledged tickets, by key
}

// run opens tickets until stop is closed.
func (l *ticketLoad) run(stop <-chan struct{}) {
	var all sync.WaitGroup
	for range cmp.Or(l.clients, 8) {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				key := int(l.tried.Add(1))
				if a, err := l.by.open(key); err == nil && a.status == http.StatusCreated {
					l.mu.Lock()
					l.opened[key] = a.text("number")
					l.mu.Unlock()
				}
			}
		})
	}
	all.Wait()
}

// acknowledged returns the number of acknowledged tickets.
func (l *ticketLoad) acknowledged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.opened)
}

// check repeats all keys: an acknowledged ticket still has its number, every other key gets one now, and the log holds one ticket for each
// key and the others.
func (l *ticketLoad) check(t *testing.T, s *process, others int) {
	t.Helper()
	numbers := map[string]int{}
	for key := 1; key <= int(l.tried.Load()); key++ {
		var a apiResponse
		s.waitFor(fmt.Sprintf("key %d is answered", key), func() (answered bool) {
			var err error
			a, err = l.by.open(key)
			return err == nil && a.status != http.StatusServiceUnavailable // 503 asks for a repetition: a connection of before was used
		})
		if a.status != http.StatusCreated {
			t.Fatalf("repeat key %d: got %s, want status 201", key, a.raw)
		}
		if was, ok := l.opened[key]; ok && was != a.text("number") {
			t.Errorf("key %d: got %s, want %s as acknowledged", key, a.text("number"), was)
		}
		l.opened[key] = a.text("number")
		numbers[a.text("number")]++
	}
	if len(numbers) != int(l.tried.Load()) {
		t.Errorf("got %d tickets for %d keys, want one each", len(numbers), l.tried.Load())
	}
	listed := s.run("ticket", "list", "--limit", "1")
	if want := fmt.Sprintf("of %d\n", len(numbers)+others); !strings.HasSuffix(listed, want) {
		t.Errorf("got list %q, want it to end with %q", listed, want)
	}
}

// TestKilled kills sol, then its Postgres, then both during a load, and restarts each time: all acknowledged tickets exist, none exists
// twice, and the sagas continue (A5).
func TestKilled(t *testing.T) {
	t.Parallel()
	i := newInstallation(t, "SOL_AUTO_CLOSE_AFTER=2s", "SOL_HOLD=0s")
	s := i.serve()
	anonymous := apiClient{t: t, base: "http://" + i.address}
	operator := anonymous.login(i.addUser("mela.prova", "supervisore_asr", "010301"))
	solved := anonymous.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Da chiudere da sola.")).text("id")

	l := &ticketLoad{by: anonymous, opened: map[int]string{}}
	for round, kill := range []func() (postgres int){
		func() int { s.kill(); return 0 },
		func() int { return killPostgres(t, i.dir) },
		func() int { defer s.kill(); return killPostgres(t, i.dir) },
	} {
		stop, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			l.run(stop)
		}()
		enough := l.acknowledged() + 40
		s.waitFor("40 more tickets are acknowledged", func() bool { return l.acknowledged() >= enough })
		if round == 0 {
			operator.update(solved, publicNoteBody("risolto", "Fatto.")) // its timer is due while sol does not run
		}
		killed := kill()
		close(stop)
		<-ended
		if round == 1 { // sol still runs, and may answer before it notices
			s.waitFor("Postgres is restarted", func() bool {
				now, err := postmaster(i.dir)
				return err == nil && now != killed
			})
		} else {
			s = i.serve()
		}
		s.waitFor("the server answers again", s.isUp)
		l.check(t, s, 1)
	}
	s.waitFor("the saga has closed the ticket", func() bool { return operator.ticket(solved).text("status") == "chiuso" })
	s.waitFor("no projection fails or lags", func() bool { // one may still retry the batch at which the server died
		return !slices.ContainsFunc(parseJSONLines(t, i.run("projections", "list", "--json")), func(p map[string]any) bool {
			return p["failures"] != float64(0) || p["lag"] != float64(0)
		})
	})
	if code := s.stop(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
	if text, err := os.ReadFile(filepath.Join(i.dir, "postgres", "data", "postmaster.pid")); err == nil {
		t.Errorf("got a running Postgres after the stop, want none: %s", text)
	}
}

// postmaster returns the process id of the installation's Postgres.
func postmaster(dir string) (pid int, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if pid, err = strconv.Atoi(first); err != nil || pid < 2 {
		return 0, fmt.Errorf("postmaster.pid holds %q", first)
	}
	return pid, nil
}

// killPostgres kills the installation's Postgres and returns its process id.
func killPostgres(t *testing.T, dir string) (pid int) {
	t.Helper()
	pid, err := postmaster(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	return pid
}

// TestTwoNodes serves one database from two nodes: they share idempotency keys and lists, and one continues when the other is killed. A
// node with another master key, and a second server on the same data directory, fail and disturb nobody.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	home := newInstallation(t)
	holder := home.serve() // runs the Postgres that the nodes share
	url := ownPostgresURL(t, home)
	second := exec.Command(home.program, "serve")
	second.Env = append(append([]string{}, home.env...), "SOL_ADDR=127.0.0.1:0")
	if out, err := second.CombinedOutput(); err == nil || !strings.Contains(string(out), "in use by another sol") {
		t.Errorf("second sol on the directory: got %v, want an error: %s", err, out)
	}
	nodes := make([]*process, 2)
	for n := range nodes {
		node := newInstallation(t, "SOL_DATABASE_URL="+url, "SOL_MASTER_KEY_FILE="+filepath.Join(home.dir, "master.key"))
		nodes[n] = node.serve()
	}
	both := make([]*ticketLoad, 2)
	for n := range both {
		both[n] = &ticketLoad{by: apiClient{t: t, base: "http://" + nodes[n].address}, opened: map[int]string{}}
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	for _, l := range both { // the same keys on both nodes, at the same time
		all.Go(func() { l.run(stop) })
	}
	nodes[0].waitFor("both have opened some", func() bool { return both[0].acknowledged() > 40 && both[1].acknowledged() > 40 })
	nodes[0].kill()
	close(stop)
	all.Wait()
	for key, number := range both[1].opened {
		if other, ok := both[0].opened[key]; ok && other != number {
			t.Errorf("key %d: got %s on one node and %s on the other, want the same", key, other, number)
		}
	}
	both[1].tried.Store(max(both[0].tried.Load(), both[1].tried.Load()))
	maps.Copy(both[1].opened, both[0].opened)
	both[1].check(t, nodes[1], 0)

	stranger := newInstallation(t, "SOL_DATABASE_URL="+url)
	cmd := exec.Command(stranger.program, "serve")
	cmd.Env = stranger.env
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "SOL_MASTER_KEY_FILE") {
		t.Errorf("node with another master key: got %v, want an error: %s", err, out)
	}
	if !holder.isUp() || !nodes[1].isUp() {
		t.Error("got no answer of the other nodes, want one")
	}
	nodes[1].stop()
}

// ownPostgresURL returns the URL of the installation's embedded Postgres, by its socket.
func ownPostgresURL(t *testing.T, i *installation) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(i.dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "\n") // pid, data, start, port, socket directory, …
	if len(parts) < 5 {
		t.Fatalf("postmaster.pid holds %q", text)
	}
	return "postgres://sol@/sol?host=" + parts[4] + "&port=" + parts[3]
}
