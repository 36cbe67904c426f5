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

// helperDir, when set, makes the test binary a sol that runs a server there until it is killed.
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
		_ = os.RemoveAll(filepath.Dir(template)) // temporary anyway
	}
	os.Exit(code)
}

var template string

// newServerDir is a directory with a stopped server, copied from one that is made once.
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

// testConfig keeps a server light, but lets it outlive its process as Unsafe would not.
func testConfig(dir string) Config {
	return Config{Dir: dir, Log: slog.New(slog.DiscardHandler), Settings: map[string]string{"fsync": "off", "shared_buffers": "16MB"}}
}

// newEmptyDir is a fresh one that the server's user can reach, which testing's own is not when root runs the test.
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

// pidOf reads it where Postgres itself says it.
func pidOf(s *Server) int {
	pid, _ := findPostmaster(s.dataDir)
	return pid
}

func waitFor(t *testing.T, event <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-event:
	case <-time.After(2 * time.Minute):
		t.Fatal("did not happen: " + what)
	}
}

func TestFreshStartThenStopThenStart(t *testing.T) {
	dir := newEmptyDir(t)
	s := start(t, testConfig(dir))
	if !isReady(s) {
		t.Error("started, but not ready")
	}
	runStatements(t, s, "create table kept (n int)", "insert into kept values (1)")
	if queryValue[bool](t, s, "select rolsuper or rolbypassrls from pg_roles where rolname = current_user") {
		t.Error("role sol is above row-level security")
	}
	if !queryValue[bool](t, s, "select rolcreatedb and rolcreaterole from pg_roles where rolname = current_user") {
		t.Error("role sol cannot create databases and roles")
	}
	for setting, want := range map[string]string{"data_checksums": "on", "listen_addresses": "", "synchronous_commit": "on", "server_encoding": "UTF8", "TimeZone": "UTC"} {
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
		t.Error("stopped, but ready")
	}
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
	if n := queryValue[int](t, start(t, testConfig(dir)), "select n from kept"); n != 1 {
		t.Errorf("kept %d", n)
	}
}

func TestSocketIsClosedToOthers(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	for _, dir := range []string{s.socketDir, s.dataDir} {
		if !isPrivate(dir, s.account) {
			t.Errorf("%s is not private to %s", dir, s.account.name)
		}
	}
}

func TestDeepDirectoryGetsAShortSocket(t *testing.T) {
	dir := filepath.Join(newEmptyDir(t), strings.Repeat("deep/", 30), "it's a \"dir\"")
	s := start(t, testConfig(dir))
	short := s.socketDir
	if strings.HasPrefix(short, dir) || !isPrivate(short, s.account) {
		t.Errorf("socket in %s", short)
	}
	if queryValue[int](t, s, "select 1") != 1 {
		t.Error("no answer")
	}
	stop(t, s)
	if _, err := os.Lstat(short); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left behind (%v)", short, err)
	}
}

func TestComesBackAfterKill(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	runStatements(t, s, "create table kept (n int)")
	// Twice, and the second time with a backend that holds the shared memory and does not look up.
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
		waitFor(t, down, "noticed that the server died")
		waitFor(t, s.Up(), "started again")
		if err := <-ended; err == nil {
			t.Error("a query outlived its server")
		}
		_ = busy.Close(t.Context()) // broken already
		if pidOf(s) == first || !isReady(s) {
			t.Error("not another server, or not ready")
		}
		if got := queryValue[int](t, s, "select count(*)::int from kept"); got != n+1 {
			t.Errorf("%d rows of %d committed", got, n+1)
		}
	}
}

func TestStopWhileItComesBack(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	down := s.Down()
	must(t, syscall.Kill(pidOf(s), syscall.SIGKILL))
	waitFor(t, down, "noticed that the server died")
	stop(t, s)
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

func TestStopWithoutPatience(t *testing.T) {
	s := start(t, testConfig(newServerDir(t)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, s.Stop(ctx))
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

// startAndKillSol runs a sol in another process, kills it, and gives the pid of the server that it leaves running.
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

func TestAdoptsTheServerOfAKilledSol(t *testing.T) {
	dir := newServerDir(t)
	pid := startAndKillSol(t, dir)
	s := start(t, testConfig(dir))
	if pidOf(s) != pid {
		t.Errorf("server %d instead of the surviving %d", pidOf(s), pid)
	}
	runStatements(t, s, "create table kept (n int)", "insert into kept values (1)")
	down := s.Down()
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	waitFor(t, down, "noticed that the adopted server died")
	waitFor(t, s.Up(), "started again")
	if n := queryValue[int](t, s, "select n from kept"); n != 1 {
		t.Errorf("kept %d", n)
	}
}

func TestStopsTheAdoptedServer(t *testing.T) {
	dir := newServerDir(t)
	startAndKillSol(t, dir)
	s := start(t, testConfig(dir))
	stop(t, s)
	if left := serverProcesses(s.dataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

func TestReplacesTheServerOfAKilledSolWithOtherSettings(t *testing.T) {
	dir := newServerDir(t)
	pid := startAndKillSol(t, dir)
	cfg := testConfig(dir)
	cfg.Settings["max_connections"] = "33"
	s := start(t, cfg)
	if pidOf(s) == pid {
		t.Error("the surviving server was kept")
	}
	if got := queryValue[string](t, s, "show max_connections"); got != "33" {
		t.Errorf("max_connections = %s", got)
	}
}

func TestStartsWhenBothWereKilled(t *testing.T) {
	dir := newServerDir(t)
	must(t, syscall.Kill(startAndKillSol(t, dir), syscall.SIGKILL))
	if queryValue[int](t, start(t, testConfig(dir)), "select 1") != 1 {
		t.Error("no answer")
	}
}

func TestFindNamesTheServerThatRuns(t *testing.T) {
	dir := newServerDir(t)
	if url, running := Find(dir, "sol"); running {
		t.Errorf("found %s where nothing is", url)
	}
	s := start(t, testConfig(dir))
	if url, running := Find(dir, "sol"); !running || url != s.URL("sol") {
		t.Errorf("found %q, %v", url, running)
	}
	stop(t, s)
	if url, running := Find(dir, "sol"); running {
		t.Errorf("found %s after the stop", url)
	}
}

func TestPidFileThatNamesAnotherProcess(t *testing.T) {
	dir := newServerDir(t)
	s := start(t, testConfig(dir))
	stop(t, s)
	// Our own pid stands for one that was used again.
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n\n", os.Getpid(), s.dataDir, s.socketDir)
	must(t, os.WriteFile(filepath.Join(s.dataDir, "postmaster.pid"), []byte(stale), 0o600))
	if queryValue[int](t, start(t, testConfig(dir)), "select 1") != 1 {
		t.Error("no answer")
	}
}

func TestSecondOwnerIsRefused(t *testing.T) {
	dir := newServerDir(t)
	first := start(t, testConfig(dir))
	_, err := Start(t.Context(), testConfig(dir))
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("error %v", err)
	}
	if queryValue[int](t, first, "select 1") != 1 {
		t.Error("the first was disturbed")
	}
}

// newFakeCluster is a directory that looks like one of another version or owner.
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
		t.Errorf("error %v", err)
	}
}

func TestOtherOwnerIsRefused(t *testing.T) {
	dir := newFakeCluster(t, "15")
	if os.Geteuid() == 0 {
		must(t, os.Chown(filepath.Join(dir, "data"), 0, 0)) // root's: the server never runs as root
	} else {
		must(t, os.RemoveAll(filepath.Join(dir, "data")))
		must(t, os.Symlink("/", filepath.Join(dir, "data"))) // a link to what is root's
	}
	data, err := filepath.EvalSymlinks(filepath.Join(dir, "data"))
	must(t, err)
	_, err = chooseAccount(data)
	if !errors.Is(err, ErrOtherOwner) || !strings.Contains(err.Error(), "root") {
		t.Errorf("error %v", err)
	}
}

func TestForeignDirectoryIsRefused(t *testing.T) {
	dir := newFakeCluster(t, "15")
	must(t, os.Remove(filepath.Join(dir, "data", "PG_VERSION")))
	if _, err := Start(t.Context(), testConfig(dir)); err == nil || !strings.Contains(err.Error(), "holds no PostgreSQL cluster") {
		t.Errorf("error %v", err)
	}
}

func TestMissingServerSaysWhatToInstall(t *testing.T) {
	t.Setenv("SOL_PG_BIN", t.TempDir())
	_, err := Start(t.Context(), testConfig(newEmptyDir(t)))
	if !errors.Is(err, ErrNoServer) || !strings.Contains(err.Error(), "tools/setup.sh") {
		t.Errorf("error %v", err)
	}
}

func TestDirectoryOutOfReachIsNamed(t *testing.T) {
	if os.Geteuid() != 0 {
		return // only root's server runs as somebody else
	}
	closed := filepath.Join(filepath.Dir(newEmptyDir(t)), "closed")
	must(t, os.Mkdir(closed, 0o700))
	_, err := Start(t.Context(), testConfig(filepath.Join(closed, "postgres")))
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "pass through "+closed) {
		t.Errorf("error %v", err)
	}
}

func TestWrongSettingIsReportedAndLeavesNothing(t *testing.T) {
	cfg := testConfig(newServerDir(t))
	cfg.Settings["max_connections"] = "many"
	_, err := Start(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), "max_connections") {
		t.Errorf("error %v", err)
	}
	if left := serverProcesses(filepath.Join(cfg.Dir, "data")); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

// isReady tells whether the server accepts connections now.
func isReady(s *Server) bool {
	select {
	case <-s.Down():
		return false
	default:
		return true
	}
}
