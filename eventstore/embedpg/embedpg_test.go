// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// helperDir is an environment variable. If it is set, the test binary runs a server in that directory until it is killed.
const helperDir = "EMBEDPG_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		server, err := Start(context.Background(), testConfig(dir))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(pidOf(server))
		select {} // until it is killed
	}
	code := m.Run()
	if template != "" {
		_ = os.RemoveAll(filepath.Dir(template)) // a temporary directory: an error does not matter
	}
	os.Exit(code)
}

var template string

// newServerDir returns a directory with a stopped server. It is a copy of a template that is created once.
func newServerDir(t *testing.T) string {
	t.Helper()
	if template == "" {
		parent, err := os.MkdirTemp("", "embedpg-test-")
		must(t, err)
		must(t, os.Chmod(parent, 0o711))
		template = filepath.Join(parent, "postgres")
		s, err := Start(t.Context(), Config{Dir: template, Unsafe: true})
		must(t, err)
		must(t, s.Stop(t.Context()))
	}
	dir := newEmptyDir(t)
	out, err := exec.Command("cp", "-a", template, dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%s", out)
	}
	return dir
}

// testConfig returns settings for a small server. Unlike with Unsafe, the server can outlive its process.
func testConfig(dir string) Config {
	return Config{Dir: dir, Log: slog.New(slog.DiscardHandler), Settings: map[string]string{"fsync": "off", "shared_buffers": "16MB"}}
}

// newEmptyDir returns a path for a new directory that the server's user can reach. When root runs the test, the server's user cannot
// reach t.TempDir.
func newEmptyDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedpg-test-")
	must(t, err)
	must(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return filepath.Join(dir, "postgres")
}

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil && !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func runStatements(t *testing.T, s *Server, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL("sol"))
	must(t, err)
	defer func() { must(t, conn.Close(t.Context())) }()
	for _, statement := range statements {
		_, err := conn.Exec(t.Context(), statement)
		must(t, err)
	}
}

func queryValue[T any](t *testing.T, s *Server, query string) (answer T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL("sol"))
	must(t, err)
	defer func() { must(t, conn.Close(t.Context())) }()
	must(t, conn.QueryRow(t.Context(), query).Scan(&answer))
	return answer
}

// pidOf returns the pid of the running postmaster, from the pid file of Postgres.
func pidOf(s *Server) int {
	pid, _ := findPostmaster(s.dataDir)
	return pid
}

func waitFor(t *testing.T, event <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-event:
	case <-time.After(2 * time.Minute):
		t.Fatal("did not happen within two minutes: " + what)
	}
}

func TestDataSurviveStopAndStart(t *testing.T) {
	dir := newEmptyDir(t)
	s := start(t, testConfig(dir))
	if !isReady(s) {
		t.Error("the server is not ready after Start")
	}
	runStatements(t, s, "create table kept (n int)", "insert into kept values (1)")
	if queryValue[bool](t, s, "select rolsuper or rolbypassrls from pg_roles where rolname = current_user") {
		t.Error("role sol bypasses row-level security")
	}
	if !queryValue[bool](t, s, "select rolcreatedb and rolcreaterole from pg_roles where rolname = current_user") {
		t.Error("role sol cannot create databases and roles")
	}
	for setting, want := range map[string]string{
		"data_checksums": "on", "listen_addresses": "", "synchronous_commit": "on", "server_encoding": "UTF8", "TimeZone": "UTC",
	} {
		if got := queryValue[string](t, s, "select current_setting('"+setting+"')"); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
	if queryValue[int](t, s, "select count(*)::int from pg_collation where collname = 'it-IT-x-icu'") != 1 {
		t.Error("no ICU collation for Italian")
	}
	runStatements(t, s, "create role someone", "create database other")
	stop(t, s)
	if isReady(s) {
		t.Error("the server is ready after Stop")
	}
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
	if n := queryValue[int](t, start(t, testConfig(dir)), "select n from kept"); n != 1 {
		t.Errorf("got %d, want 1", n)
	}
}

func TestSocketAndDataArePrivate(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	for _, dir := range []string{s.socketDir, s.dataDir} {
		if !isPrivate(dir, s.account) {
			t.Errorf("%s is not private to %s", dir, s.account.name)
		}
	}
}

func TestDeepDirectoryGetsShortSocketPath(t *testing.T) {
	dir := filepath.Join(newEmptyDir(t), strings.Repeat("deep/", 30), "it's a \"dir\"")
	s := start(t, testConfig(dir))
	short := s.socketDir
	if strings.HasPrefix(short, dir) || !isPrivate(short, s.account) {
		t.Errorf("got socket directory %s, want a private one with a short path", short)
	}
	if queryValue[int](t, s, "select 1") != 1 {
		t.Error("select 1 did not return 1")
	}
	stop(t, s)
	if _, err := os.Lstat(short); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s exists after Stop (%v)", short, err)
	}
}

func TestServerRestartsAfterKill(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	runStatements(t, s, "create table kept (n int)")
	// The server is killed twice, with a busy backend that holds the shared memory and does not notice the kill.
	for n := range 2 {
		runStatements(t, s, "insert into kept values (1)")
		busy, err := pgx.Connect(t.Context(), s.URL("sol"))
		must(t, err)
		ended := make(chan error, 1)
		go func() {
			_, err := busy.Exec(context.Background(), "select count(*) from generate_series(1, 100000000000)")
			ended <- err
		}()
		down, first := s.Down(), pidOf(s)
		must(t, syscall.Kill(first, syscall.SIGKILL))
		waitFor(t, down, "the death of the server is noticed")
		waitFor(t, s.Up(), "the server is started again")
		if err := <-ended; err == nil {
			t.Error("a query of the killed server succeeded")
		}
		_ = busy.Close(t.Context()) // broken already
		if pidOf(s) == first || !isReady(s) {
			t.Error("the server was not replaced, or is not ready")
		}
		if got := queryValue[int](t, s, "select count(*)::int from kept"); got != n+1 {
			t.Errorf("got %d rows, want the %d committed ones", got, n+1)
		}
	}
}

func TestStopDuringRestart(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	down := s.Down()
	must(t, syscall.Kill(pidOf(s), syscall.SIGKILL))
	waitFor(t, down, "the death of the server is noticed")
	stop(t, s)
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

func TestStopWithEndedContext(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, s.Stop(ctx))
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

// startAndKillSol starts a server in another process, kills that process, and returns the pid of the server, which still runs.
func startAndKillSol(t *testing.T, dir string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(line)
	}
	return pid
}

func TestStartAdoptsRunningServer(t *testing.T) {
	dir := newServerDir(t)
	pid := startAndKillSol(t, dir)
	s := start(t, testConfig(dir))
	if pidOf(s) != pid {
		t.Errorf("got server %d, want the running server %d", pidOf(s), pid)
	}
	runStatements(t, s, "create table kept (n int)", "insert into kept values (1)")
	down := s.Down()
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	waitFor(t, down, "the death of the adopted server is noticed")
	waitFor(t, s.Up(), "the server is started again")
	if n := queryValue[int](t, s, "select n from kept"); n != 1 {
		t.Errorf("got %d, want 1", n)
	}
}

func TestStopEndsAdoptedServer(t *testing.T) {
	dir := newServerDir(t)
	startAndKillSol(t, dir)
	s := start(t, testConfig(dir))
	stop(t, s)
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

func TestStartReplacesServerWithOtherSettings(t *testing.T) {
	dir := newServerDir(t)
	pid := startAndKillSol(t, dir)
	cfg := testConfig(dir)
	cfg.Settings["max_connections"] = "33"
	s := start(t, cfg)
	if pidOf(s) == pid {
		t.Error("the server with the old settings still runs")
	}
	if got := queryValue[string](t, s, "show max_connections"); got != "33" {
		t.Errorf("got max_connections %s, want 33", got)
	}
}

func TestStartAfterSolAndServerWereKilled(t *testing.T) {
	dir := newServerDir(t)
	must(t, syscall.Kill(startAndKillSol(t, dir), syscall.SIGKILL))
	if queryValue[int](t, start(t, testConfig(dir)), "select 1") != 1 {
		t.Error("select 1 did not return 1")
	}
}

func TestFindReturnsRunningServer(t *testing.T) {
	dir := newServerDir(t)
	if url, running := Find(dir, "sol"); running {
		t.Errorf("got %s before the start, want nothing", url)
	}
	s := start(t, testConfig(dir))
	if url, running := Find(dir, "sol"); !running || url != s.URL("sol") {
		t.Errorf("got %q, %v, want %q", url, running, s.URL("sol"))
	}
	stop(t, s)
	if url, running := Find(dir, "sol"); running {
		t.Errorf("got %s after the stop, want nothing", url)
	}
}

func TestStartIgnoresPidFileOfOtherProcess(t *testing.T) {
	dir := newServerDir(t)
	s := start(t, testConfig(dir))
	stop(t, s)
	// The pid of the test process plays the part of a reused pid.
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n\n", os.Getpid(), s.dataDir, s.socketDir)
	must(t, os.WriteFile(filepath.Join(s.dataDir, "postmaster.pid"), []byte(stale), 0o600))
	if queryValue[int](t, start(t, testConfig(dir)), "select 1") != 1 {
		t.Error("select 1 did not return 1")
	}
}

func TestSecondServerInDirectoryIsRefused(t *testing.T) {
	dir := newServerDir(t)
	first := start(t, testConfig(dir))
	_, err := Start(t.Context(), testConfig(dir))
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("got %v, want ErrInUse with %q", err, strconv.Itoa(os.Getpid()))
	}
	if queryValue[int](t, first, "select 1") != 1 {
		t.Error("the first server no longer answers")
	}
}

// newFakeCluster returns a directory that looks like the one of a server with a major version.
func newFakeCluster(t *testing.T, version string) string {
	t.Helper()
	dir := newEmptyDir(t)
	data := filepath.Join(dir, "data")
	must(t, os.MkdirAll(data, 0o700))
	must(t, os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte(version+"\n"), 0o600))
	if a, err := chooseAccount(dir + "/none"); err == nil {
		must(t, a.chown(data))
	}
	return dir
}

func TestOtherMajorVersionIsRefused(t *testing.T) {
	_, err := Start(t.Context(), testConfig(newFakeCluster(t, "9")))
	if !errors.Is(err, ErrOtherVersion) || !strings.Contains(err.Error(), "PostgreSQL 9") {
		t.Errorf("got %v, want ErrOtherVersion with %q", err, "PostgreSQL 9")
	}
}

func TestOtherOwnerIsRefused(t *testing.T) {
	dir := newFakeCluster(t, "15")
	if os.Geteuid() == 0 {
		must(t, os.Chown(filepath.Join(dir, "data"), 0, 0)) // the server never runs as root
	} else {
		must(t, os.RemoveAll(filepath.Join(dir, "data")))
		must(t, os.Symlink("/", filepath.Join(dir, "data"))) // a link to a directory of root
	}
	data, err := filepath.EvalSymlinks(filepath.Join(dir, "data"))
	must(t, err)
	_, err = chooseAccount(data)
	if !errors.Is(err, ErrOtherOwner) || !strings.Contains(err.Error(), "root") {
		t.Errorf("got %v, want ErrOtherOwner with %q", err, "root")
	}
}

func TestForeignDirectoryIsRefused(t *testing.T) {
	dir := newFakeCluster(t, "15")
	must(t, os.Remove(filepath.Join(dir, "data", "PG_VERSION")))
	if _, err := Start(t.Context(), testConfig(dir)); err == nil || !strings.Contains(err.Error(), "holds no PostgreSQL cluster") {
		t.Errorf("got %v, want an error with %q", err, "holds no PostgreSQL cluster")
	}
}

func TestMissingServerIsReported(t *testing.T) {
	t.Setenv("SOL_PG_BIN", t.TempDir())
	_, err := Start(t.Context(), testConfig(newEmptyDir(t)))
	if !errors.Is(err, ErrNoServer) || !strings.Contains(err.Error(), "tools/setup.sh") {
		t.Errorf("got %v, want ErrNoServer with %q", err, "tools/setup.sh")
	}
}

func TestUnreachableDirectoryIsReported(t *testing.T) {
	if os.Geteuid() != 0 {
		return // the server runs as another user only when sol runs as root
	}
	closed := filepath.Join(filepath.Dir(newEmptyDir(t)), "closed")
	must(t, os.Mkdir(closed, 0o700))
	_, err := Start(t.Context(), testConfig(filepath.Join(closed, "postgres")))
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "pass through "+closed) {
		t.Errorf("got %v, want ErrUnreachable with %q", err, "pass through "+closed)
	}
}

func TestInvalidSettingIsReported(t *testing.T) {
	cfg := testConfig(newServerDir(t))
	cfg.Settings["max_connections"] = "many"
	_, err := Start(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), "max_connections") {
		t.Errorf("got %v, want an error with %q", err, "max_connections")
	}
	if left := serverProcesses(filepath.Join(cfg.Dir, "data")); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

// isReady reports whether the server accepts connections now.
func isReady(s *Server) bool {
	select {
	case <-s.Down():
		return false
	default:
		return true
	}
}
