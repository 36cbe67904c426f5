// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is the first process of the server: a child of this process, or a process that outlived an earlier sol.
type postmaster struct {
	pid    int
	exited chan struct{} // closed when the process has ended
}

// signal sends a signal to the process, if it has not ended.
func (p *postmaster) signal(sig syscall.Signal) {
	select {
	case <-p.exited:
	default:
		_ = syscall.Kill(p.pid, sig) // an error means that it ended a moment ago
	}
}

// waitExit waits until the process has ended, for d at most or until stopWaiting is closed. It reports whether the process has ended.
func (p *postmaster) waitExit(d time.Duration, stopWaiting <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.exited:
		return true
	case <-timer.C:
	case <-stopWaiting:
	}
	return false
}

// spawn starts a command and waits for its end in a goroutine that keeps its thread, because the parent-death signal of the kernel
// follows the thread that started the child.
func spawn(cmd *exec.Cmd) (*postmaster, error) {
	p := &postmaster{exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			_ = cmd.Wait() // the server's own log says how it ended
			close(p.exited)
		}
	}()
	return p, <-started
}

// watchPostmaster returns a postmaster that is not a child of this process. It checks every 100 ms whether the process has ended.
func watchPostmaster(pid int, data string) *postmaster {
	p := &postmaster{pid: pid, exited: make(chan struct{})}
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for ; belongsToCluster(pid, data); <-tick.C {
		}
		close(p.exited)
	}()
	return p
}

// findPostmaster returns the pid of the postmaster that runs in data, and the directory of its socket; pid 0 when there is none.
// The pid file alone is not enough: another process may have the pid now.
func findPostmaster(data string) (pid int, socket string) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(text), "\n") // pid, data, start, port, socket directory, …
	pid, err = strconv.Atoi(lines[0])
	if err != nil || pid <= 1 || !belongsToCluster(pid, data) {
		return 0, ""
	}
	if len(lines) > 4 {
		socket = lines[4]
	}
	return pid, socket
}

// belongsToCluster reports whether a process belongs to the server of data: the working directory of all its processes is data.
// Without /proc it looks for data in the command line.
func belongsToCluster(pid int, data string) bool {
	if runtime.GOOS == "linux" {
		cwd, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd")
		return err == nil && cwd == data
	}
	line, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), data)
}

// killLeftovers ends the children that a killed postmaster left: they hold the shared memory, and Postgres does not start while they
// run. It sends SIGQUIT, and after one second SIGKILL. It returns when no process is left, or after five seconds; then the start
// fails and is retried. It works on Linux only.
func killLeftovers(data string) {
	if runtime.GOOS != "linux" {
		return
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for round := range 250 {
		left := serverProcesses(data)
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			switch round {
			case 0:
				_ = syscall.Kill(pid, syscall.SIGQUIT) // usually they end by themselves
			case 50:
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		<-tick.C
	}
}

// serverProcesses lists the processes of the server of data.
func serverProcesses(data string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && belongsToCluster(pid, data) && isPostgres(pid) {
			found = append(found, pid)
		}
	}
	return found
}

// isPostgres reports whether a process is a Postgres process, and not for example a shell whose working directory is data.
func isPostgres(pid int) bool {
	comm, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return err == nil && strings.HasPrefix(string(comm), "postgres")
}
