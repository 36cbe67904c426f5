// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

// TestEveryKeyRotatesUnderLoad rotates the master key and all keys of hashes while two nodes open tickets and a search runs (E8). The rotation is
// killed on the way. Afterwards, with the new keys alone, everything of before and of meanwhile is read, searches never missed a ticket, commands
// are recognised, reply addresses are valid, and personal links of before are dead on all nodes.
func TestEveryKeyRotatesUnderLoad(t *testing.T) {
	t.Parallel()
	keyFile := filepath.Join(t.TempDir(), "master.key")
	home := newInstallation(t, "SOL_MASTER_KEY_FILE="+keyFile)
	first := home.serve()
	url := ownPostgresURL(t, home)
	second := newInstallation(t, "SOL_DATABASE_URL="+url, "SOL_MASTER_KEY_FILE="+keyFile)
	other := second.serve()
	// Commands get the key from a command, as from a key management service.
	commands := newInstallation(t, "SOL_DATABASE_URL="+url, "SOL_MASTER_KEY_COMMAND=cat "+keyFile)
	owner, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	isTrue := func(condition string) func() bool {
		return func() (holds bool) {
			t.Helper()
			if err := owner.QueryRow(t.Context(), `select `+condition).Scan(&holds); err != nil {
				t.Fatal(err)
			}
			return holds
		}
	}

	// What there was before.
	nodes := []apiClient{{t: t, base: "http://" + home.address}, {t: t, base: "http://" + second.address}}
	operator := nodes[0].login(commands.addUser("mela.prova", "operatore_asr", "010301"))
	body := newTicketBody("Con un allegato.")
	file := "%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
	body["attachments"] = []map[string]string{{"name": "referto.pdf", "content_base64": base64.StdEncoding.EncodeToString([]byte(file))}}
	opened := nodes[0].expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", body)
	id, number := opened.text("id"), opened.text("number")
	oldLink := strings.TrimSpace(commands.run("ticket", "link", number))
	opens := func(link string, node apiClient) bool {
		t.Helper()
		node.token = link
		a, err := node.request(http.MethodGet, "/api/v1/tickets/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		return a.status == http.StatusOK
	}
	var replyTo string
	withTestNode(t, url, keyFile, func(n *node) {
		replyTo = mailaddress.New(n.store.KeyedHashes, "localhost").Reply(ticket.ID(id))
		addUnusedDataKeys(t, n, 4000) // so that a rotation can be killed on the way
	})
	for i, node := range nodes {
		if !opens(oldLink, node) {
			t.Fatalf("node %d: the personal link opens nothing, want the ticket", i+1)
		}
	}

	// The load: tickets on both nodes, and a search that must find the ticket each time.
	stop := make(chan struct{})
	var all sync.WaitGroup
	var searches atomic.Int64
	loads := make([]*ticketLoad, len(nodes))
	for n := range nodes {
		loads[n] = &ticketLoad{by: nodes[n], clients: 1, opened: map[int]string{}}
		loads[n].tried.Store(int64(n) * 1_000_000) // keys of its own
		all.Go(func() { loads[n].run(stop) })
	}
	all.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			a, err := operator.request(http.MethodGet, "/api/v1/tickets?q=RSSMRA85T10A562S&limit=1", nil)
			if total, _ := a.body["total"].(float64); err == nil && a.status == http.StatusOK {
				searches.Add(1)
				if total == 0 {
					t.Errorf("a search during the rotation finds nothing: %s", a.raw)
				}
			}
		}
	})
	end := sync.OnceFunc(func() {
		close(stop)
		all.Wait()
	})
	defer end()

	// The master key.
	var running []string
	if err := owner.QueryRow(t.Context(), `select array_agg(node::text) from keys.nodes`).Scan(&running); err != nil {
		t.Fatal(err)
	}
	home.run("keys", "new-master")
	first.waitFor("the nodes hold the new master key", func() bool {
		rotation := commands.start("keys", "rotate")
		for {
			select {
			case <-rotation.done:
				return rotation.cmd.ProcessState.Success()
			default:
			}
			if isTrue(`exists (select from keys.keys where length(wrapped) > 60)`)() {
				rotation.kill()
				return true
			}
		}
	})
	// As if a minute had passed since: until then the killed command counts as a node that holds no later key.
	if _, err := owner.Exec(t.Context(), `delete from keys.nodes where node::text <> all ($1)`, running); err != nil {
		t.Fatal(err)
	}
	first.waitFor("the rotation goes on and ends", func() bool {
		out, _, err := commands.runMayFail("keys", "rotate")
		return err == nil && strings.HasPrefix(out, "0 keys")
	})

	// The keys of hashes: links end now, all else later.
	commands.run("keys", "renew", "--all", "--earlier", "30d")
	first.waitFor("all nodes use the new versions", isTrue(`not exists (select from keys.hash_keys where version = 2 and active_at is null)
		and not exists (select from keys.nodes where seen_at > clock_timestamp() - interval '1 minute' and coalesce((used ->> 'search')::integer, 0) < 2)`))
	if !opens(oldLink, nodes[0]) || !opens(oldLink, nodes[1]) {
		t.Error("the personal link of before opens nothing before its key ends, want the ticket")
	}
	commands.run("keys", "end", "personal-link", "1", "now")
	for _, node := range nodes {
		first.waitFor("the personal link of before is dead", func() bool { return !opens(oldLink, node) })
	}
	if stderr := commands.runRefused("keys", "destroy", "search", "1", "--yes"); !strings.Contains(stderr, "sol projections rebuild tickets") {
		t.Errorf("destroy the key of searches before the rebuild: got %q, want a refusal that names it", stderr)
	}
	commands.run("projections", "rebuild", "tickets")
	if stderr := commands.runRefused("keys", "destroy", "search", "1", "--yes"); !strings.Contains(stderr, "records of searches") {
		t.Errorf("destroy the key of searches: got %q, want a refusal that names the records", stderr)
	}
	commands.run("keys", "destroy", "search", "1", "--yes", "--force")
	if stderr := commands.runRefused("keys", "destroy", "provider-identity", "1", "--yes"); !strings.Contains(stderr, "--force") {
		t.Errorf("destroy a key by which alone rows are found: got %q, want a refusal", stderr)
	}
	commands.run("persons", "reindex")
	commands.run("keys", "destroy", "subject", "1", "--yes", "--force") // a person of a ticket opened meanwhile has a hash by both versions
	counted := searches.Load()
	first.waitFor("searches go on", func() bool { return searches.Load() > counted+3 })
	end()

	// The new keys alone.
	lines, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	home.run("keys", "rotate") // what was stored meanwhile
	if out := home.run("keys", "rotate"); !strings.HasPrefix(out, "0 keys") {
		t.Errorf("last rotation: got %q, want 0 keys wrapped", out)
	}
	if err := os.WriteFile(keyFile, lines[:65], 0o600); err != nil {
		t.Fatal(err)
	}
	other.stop()
	second.serve()
	operator.base = nodes[1].base
	if got := operator.ticket(id); !strings.Contains(string(got.raw), "Con un allegato.") {
		t.Errorf("got %s, want the description", got.raw)
	}
	attachments, _ := operator.ticket(id).body["attachments"].([]any)
	if len(attachments) != 1 {
		t.Fatalf("got attachments %v, want one", attachments)
	}
	attachment, _ := attachments[0].(map[string]any)
	if content := operator.download("/api/v1/tickets/" + id + "/attachments/" + fmt.Sprint(attachment["id"])); content != file {
		t.Errorf("got attachment %q, want %q", content, file)
	}
	found := operator.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets?q=RSSMRA85T10A562S&limit=1", nil)
	if total, _ := found.body["total"].(float64); total == 0 {
		t.Errorf("got %s, want the tickets of the person", found.raw)
	}
	newLink := strings.TrimSpace(commands.run("ticket", "link", number))
	for i, node := range nodes {
		if !opens(newLink, node) || opens(oldLink, node) {
			t.Errorf("node %d: new link opens %t, old link %t, want the new one alone", i+1, opens(newLink, node), opens(oldLink, node))
		}
	}
	withTestNode(t, url, keyFile, func(n *node) {
		addresses := mailaddress.New(n.store.KeyedHashes, "localhost")
		if parsed, ok := addresses.Parse(replyTo); !ok || parsed.ID != id || addresses.Reply(ticket.ID(id)) == replyTo {
			t.Errorf("reply address of before: got %+v, %t, want the ticket, and another address in new mails", parsed, ok)
		}
	})
	for n, l := range loads { // a repeated command gets its first result
		if l.acknowledged() == 0 {
			t.Errorf("node %d: got no ticket during the rotation", n+1)
		}
		keys := slices.Sorted(maps.Keys(l.opened))
		for _, key := range keys[max(0, len(keys)-20):] {
			if a, err := nodes[1].open(key); err != nil || a.text("number") != l.opened[key] {
				t.Errorf("key %d: got %s, %v, want ticket %s again", key, a.raw, err, l.opened[key])
			}
		}
	}
	commands.run("projections", "rebuild", "tickets") // opens the personal data of all events
	var listing struct {
		DataKeys  map[string]int64 `json:"data_keys"`
		MasterKey string           `json:"master_key"`
	}
	if err := json.Unmarshal([]byte(commands.run("keys", "list", "--json")), &listing); err != nil || len(listing.DataKeys) != 1 || listing.DataKeys[listing.MasterKey] < 4000 {
		t.Errorf("got %+v, %v, want all data keys wrapped by the new master key", listing, err)
	}
}

// withTestNode calls do with a node in this process.
func withTestNode(t *testing.T, url, keyFile string, do func(*node)) {
	t.Helper()
	c := config.Config{DataDir: t.TempDir(), DatabaseURL: url, MasterKey: masterkey.InFile(keyFile), Hold: rules.DefaultHold, External: config.External{MailDomain: "localhost"}}
	n, err := newNode(t.Context(), c, slog.New(slog.DiscardHandler), trusted(url), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	do(n)
}

// addUnusedDataKeys stores data keys with which nothing is sealed.
func addUnusedDataKeys(t *testing.T, n *node, number int) {
	t.Helper()
	var ids, streams []uuid.UUID
	var wrapped [][]byte
	for range number {
		id, stream := uuid.New(), uuid.New()
		_, w, err := n.store.Keyring().NewDataKey(id, stream)
		if err != nil {
			t.Fatal(err)
		}
		ids, streams, wrapped = append(ids, id), append(streams, stream), append(wrapped, w)
	}
	_, err := n.store.Pools().Append.Exec(t.Context(), `
		insert into keys.keys (id, stream, subject, wrapped) select id, stream, '', wrapped from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as k (id, stream, wrapped)`,
		ids, streams, wrapped)
	if err != nil {
		t.Fatal(err)
	}
}

// download returns the content of a file.
func (c apiClient) download(path string) string {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: got status %d, %v, want 200: %s", path, response.StatusCode, err, content)
	}
	return string(content)
}
