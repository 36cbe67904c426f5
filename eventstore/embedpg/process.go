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

// postmaster is the server's first process: a child of ours, or one that outlived a former sol.
type postmaster struct {
	pid    int
	exited chan struct{} // closed when it has ended
}

func (p *postmaster) signal(sig syscall.Signal) {
	select {
	case <-p.exited:
	default:
		_ = syscall.Kill(p.pid, sig) // it may end at this moment
	}
}

// waitExit waits for the end, but no longer than d or until hurry is closed.
func (p *postmaster) waitExit(d time.Duration, hurry <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.exited:
		return true
	case <-timer.C:
	case <-hurry:
	}
	return false
}

// spawn starts a command and waits for its end in a goroutine that keeps its thread, because the kernel ties
// "die with your parent" to the thread that made the child.
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
			_ = cmd.Wait() // how it ended stands in its own log
			close(p.exited)
		}
	}()
	return p, <-started
}

// watchPostmaster follows a postmaster that is not our child.
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

// findPostmaster is the postmaster that runs in data, and the directory of its socket; 0 when there is none. A pid file
// alone proves nothing: the pid may be somebody else's by now.
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

// belongsToCluster tells whether a process belongs to the server of data: all of them work in that directory. Where there is
// no /proc the command line tells.
func belongsToCluster(pid int, data string) bool {
	if runtime.GOOS == "linux" {
		cwd, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd")
		return err == nil && cwd == data
	}
	line, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), data)
}

// killLeftovers ends what a killed postmaster left behind: its children hold the shared memory, and Postgres refuses to start
// beside them. It returns when none is left, or gives up after some seconds; the start then fails and is tried again.
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
				_ = syscall.Kill(pid, syscall.SIGQUIT) // they end by themselves as a rule
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

// isPostgres spares a shell that happens to stand in the directory.
func isPostgres(pid int) bool {
	comm, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return err == nil && strings.HasPrefix(string(comm), "postgres")
}
