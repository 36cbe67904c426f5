// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package quarantine

import (
	"errors"
	"net"
	"testing"
	"time"
)

func TestParseClamd(t *testing.T) {
	for text, want := range map[string]string{
		"tcp://clamd.example.it:3310": "tcp://clamd.example.it:3310", "tcp://[::1]:3310": "tcp://[::1]:3310", "unix:///run/clamav/clamd.ctl": "unix:///run/clamav/clamd.ctl",
		"": "", "clamd:3310": "", "tcp://clamd": "", "unix://clamd.ctl": "", "tcp://a:1/path": "", "tcp://user:secret@a:1": "", "http://a:1": "",
	} {
		if got, err := ParseClamd(text); err == nil != (want != "") || want != "" && got.String() != want {
			t.Errorf("%q: got %v, %v, want %q", text, got, err, want)
		}
	}
}

// Every answer but «OK» leaves a file closed.
func TestAnswersOfClamd(t *testing.T) {
	failed := errors.New("any")
	for answer, want := range map[string]struct {
		found Finding
		err   error
	}{
		"stream: OK":                                   {Finding{Verdict: Clean}, nil},
		"stream: Eicar FOUND":                          {Finding{Infected, "Eicar"}, nil},
		"stream: A\tB<script> FOUND":                   {Finding{Infected, "A_B<script>"}, nil},
		"stream: Heuristics.Encrypted.Zip FOUND":       {Finding{Unscannable, "Heuristics.Encrypted.Zip"}, nil},
		"stream: Heuristics.Limits.Exceeded.Max FOUND": {Finding{Unscannable, "Heuristics.Limits.Exceeded.Max"}, nil},
		"INSTREAM size limit exceeded. ERROR":          {Finding{}, errTooLarge},
		"stream: Can't allocate memory ERROR":          {Finding{}, failed},
		"stream:  FOUND":                               {Finding{}, failed},
		"":                                             {Finding{}, failed},
		"OK":                                           {Finding{}, failed},
		"stream: OK ERROR":                             {Finding{}, failed},
		"UNKNOWN COMMAND":                              {Finding{}, failed},
		"stream: Some.Virus FOUND\nstream: OK":         {Finding{}, failed},
		"COMMAND READ TIMED OUT":                       {Finding{}, failed},
		"stream: OK\x00stream: Other.Virus FOUND extra ": {Finding{}, failed},
	} {
		got, err := parseAnswer(answer)
		if got != want.found || (err == nil) != (want.err == nil) || errors.Is(want.err, errTooLarge) && !errors.Is(err, errTooLarge) {
			t.Errorf("%q: got %+v, %v, want %+v, %v", answer, got, err, want.found, want.err)
		}
	}
}

// A clamd that takes the file and never answers, or closes the connection, finds nothing.
func TestClamdThatDoesNotAnswer(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"silent": func(net.Conn) {},
		"closes": func(c net.Conn) { _ = c.Close() },
		"cut":    func(c net.Conn) { _, _ = c.Write([]byte("stream: O")); _ = c.Close() },
		"early":  func(c net.Conn) { _, _ = c.Write([]byte("stream: OK\x00")); _ = c.Close() }, // before it has the whole file
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			accepted := make(chan net.Conn, 1)
			go func() {
				if c, err := listener.Accept(); err == nil {
					serve(c)
					accepted <- c
				}
			}()
			c, err := ParseClamd("tcp://" + listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			c.Timeout = 200 * time.Millisecond
			if found, err := c.Scan(t.Context(), make([]byte, 16<<20)); err == nil || found.Verdict != "" {
				t.Errorf("got %+v, %v, want an error", found, err)
			}
			_ = (<-accepted).Close()
		})
	}
}

// FuzzParseAnswer reads any answer. A file is clean by one answer alone, and names of signatures are safe to show.
func FuzzParseAnswer(f *testing.F) {
	for _, answer := range []string{"stream: OK", "stream: Eicar FOUND", "INSTREAM size limit exceeded. ERROR", "stream: \x00 FOUND", ""} {
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		found, err := parseAnswer(answer)
		if (found.Verdict == Clean) != (answer == "stream: OK") || err == nil && found.Verdict != Clean && found.Signature == "" {
			t.Errorf("got %+v, %v", found, err)
		}
		for _, r := range found.Signature {
			if r <= ' ' || r >= 0x7f {
				t.Errorf("got the signature %q", found.Signature)
			}
		}
	})
}
