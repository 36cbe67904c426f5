// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	syslog "github.com/leodido/go-syslog/v4"
	"github.com/leodido/go-syslog/v4/octetcounting"
	"github.com/leodido/go-syslog/v4/rfc5424"

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// syslogServer is a server of the protocol that reads messages with a parser that is not ours.
type syslogServer struct {
	address string

	mu       sync.Mutex
	messages []*rfc5424.SyslogMessage
	errors   []error
	conns    []net.Conn
	refusing bool // connections are ended as soon as something was read
}

func (s *syslogServer) take(m syslog.Message, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.errors = append(s.errors, err)
		return
	}
	s.messages = append(s.messages, m.(*rfc5424.SyslogMessage))
}

// sequences returns the sequenceIds in the order of arrival.
func (s *syslogServer) sequences() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		all = append(all, (*m.StructuredData)["meta"]["sequenceId"])
	}
	return all
}

func (s *syslogServer) refuse(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusing = yes
}

// endConnections ends all connections.
func (s *syslogServer) endConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
}

// newStreamServer starts a server for TCP, or TLS with a configuration.
func newStreamServer(t *testing.T, config *tls.Config) *syslogServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &syslogServer{address: listener.Addr().String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if config != nil {
				conn = tls.Server(conn, config)
			}
			s.mu.Lock()
			s.conns = append(s.conns, conn)
			refusing := s.refusing
			s.mu.Unlock()
			running.Go(func() {
				defer conn.Close()
				if refusing {
					_, _ = conn.Read(make([]byte, 1))
					return
				}
				octetcounting.NewParser(syslog.WithListener(func(r *syslog.Result) { s.take(r.Message, r.Error) })).Parse(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.endConnections()
		running.Wait()
	})
	return s
}

// testEvents returns events with the numbers from … to.
func testEvents(from, to int64) (events []Event) {
	for n := from; n <= to; n++ {
		events = append(events, Event{
			ID: fmt.Sprintf("login/%d/1-1", n), Sequence: n, Epoch: 1, Time: time.Date(2026, 3, 2, 9, 0, 0, 123456789, time.UTC), Kind: LoginRefused, Count: 1,
			Username: "perché]\"\\ \n😀", Address: "192.0.2.1",
		})
	}
	return events
}

// Messages are of RFC 5424 as another parser reads it, whatever the values hold, and the event is in them whole.
func TestSyslogMessages(t *testing.T) {
	parse := rfc5424.NewParser()
	for _, e := range testEvents(1, 1) {
		text, err := syslogMessage(e, "node-a", 42)
		if err != nil {
			t.Fatal(err)
		}
		read, err := parse.Parse([]byte(text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		m := read.(*rfc5424.SyslogMessage)
		var got Event
		if err := json.Unmarshal([]byte(*m.Message), &got); err != nil || got.Username != e.Username || !got.Time.Equal(e.Time) {
			t.Errorf("got %+v, %v, want %+v", got, err, e)
		}
		if *m.Facility != 13 || *m.Severity != 4 || *m.Hostname != "node-a" || *m.Appname != "sol" || *m.ProcID != "42" || *m.MsgID != "login.refused" ||
			!m.Timestamp.Equal(e.Time.Truncate(time.Microsecond)) {
			t.Errorf("got %s", text)
		}
	}
	for sequence, want := range map[int64]string{1: "1", maxSequenceID: "2147483647", maxSequenceID + 1: "1"} {
		e := testEvents(sequence, sequence)[0]
		text, err := syslogMessage(e, "-", 1)
		if err != nil {
			t.Fatal(err)
		}
		read, err := parse.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := (*read.(*rfc5424.SyslogMessage).StructuredData)["meta"]["sequenceId"]; got != want {
			t.Errorf("sequence %d: got sequenceId %s, want %s", sequence, got, want)
		}
	}
}

// By TCP and TLS a server gets all messages; when it ends the connection, the next one brings again what the end may have lost.
func TestSyslogServerThatRestartsLosesNothing(t *testing.T) {
	ca := newAuthority(t)
	for _, scheme := range []string{"tcp", "tls"} {
		var config *tls.Config
		files := TLSFiles{}
		if scheme == "tls" {
			config = &tls.Config{Certificates: []tls.Certificate{ca.server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.pool, MinVersion: tls.VersionTLS12}
			files = ca.files
		}
		server := newStreamServer(t, config)
		r := dialTest(t, "syslog+"+scheme+"://"+server.address, files)
		mustSend(t, r, testEvents(1, 200))
		storetest.Eventually(t, "200 messages", func() bool { return len(server.sequences()) == 200 })

		server.endConnections()
		storetest.Eventually(t, "what the end may have lost comes again", func() bool {
			_ = r.send(t.Context(), nil)
			return len(server.sequences()) == 400
		})
		mustSend(t, r, testEvents(201, 201))
		storetest.Eventually(t, "the next message", func() bool { all := server.sequences(); return all[len(all)-1] == "201" })
		if len(server.errors) > 0 {
			t.Errorf("%s: the parser got %v", scheme, server.errors)
		}
	}
}

// A server that takes bytes and ends the connection, as a balancer without a server does, has not got the events.
func TestSyslogServerThatEndsEachConnectionGetsNothing(t *testing.T) {
	server := newStreamServer(t, nil)
	r := dialTest(t, "syslog+tcp://"+server.address, TLSFiles{})
	server.refuse(true)
	r.settle = time.Minute // the end comes before, on a busy machine too
	for range 3 {
		if err := r.send(t.Context(), testEvents(1, 3)); err == nil {
			t.Fatal("got no error, want one")
		}
	}
	server.refuse(false)
	r.settle = 0
	mustSend(t, r, testEvents(1, 3))
	storetest.Eventually(t, "the messages", func() bool { return len(server.sequences()) == 3 })
}

// A server that cannot prove its name, and a client without the certificate that the server wants, send nothing.
func TestSyslogByTLSChecksBothEnds(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	server := newStreamServer(t, &tls.Config{Certificates: []tls.Certificate{ca.server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.pool, MinVersion: tls.VersionTLS12})
	for name, files := range map[string]TLSFiles{
		"another authority": {CA: other.files.CA, Cert: ca.files.Cert, Key: ca.files.Key}, "no certificate": {CA: ca.files.CA},
		"a certificate of another authority": {CA: ca.files.CA, Cert: other.files.Cert, Key: other.files.Key},
	} {
		r := dialTest(t, "syslog+tls://"+server.address, files)
		r.settle = time.Minute // the refusal comes before
		if err := r.send(t.Context(), testEvents(1, 1)); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
	if got := server.sequences(); len(got) > 0 {
		t.Errorf("the server got %v, want nothing", got)
	}
}

// By UDP each message is a datagram.
func TestSyslogByUDP(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &syslogServer{}
	var reading sync.WaitGroup
	reading.Go(func() {
		buffer, parse := make([]byte, 65536), rfc5424.NewParser()
		for {
			n, _, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			server.take(parse.Parse(buffer[:n]))
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		reading.Wait()
	})
	r := dialTest(t, "syslog+udp://"+conn.LocalAddr().String(), TLSFiles{})
	mustSend(t, r, testEvents(1, 5))
	storetest.Eventually(t, "five datagrams", func() bool { return len(server.sequences()) == 5 })
}

func dialTest(t *testing.T, address string, files TLSFiles) *syslogReceiver {
	t.Helper()
	parsed, err := ParseReceiver(address, files)
	if err != nil {
		t.Fatal(err)
	}
	r := parsed.dial().(*syslogReceiver)
	r.settle = 200 * time.Millisecond
	t.Cleanup(func() { _ = r.close() })
	return r
}

func mustSend(t *testing.T, r receiver, events []Event) {
	t.Helper()
	if err := r.send(context.WithoutCancel(t.Context()), events); err != nil {
		t.Fatal(err)
	}
}

// authority is an authority for certificates with those of a server and a client.
type authority struct {
	pool   *x509.CertPool
	server tls.Certificate
	files  TLSFiles // of the client
}

func newAuthority(t *testing.T) (a authority) {
	t.Helper()
	dir := t.TempDir()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	issuer := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, issuer, issuer, &caKey.PublicKey, caKey)
	check(err)
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		check(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	issue := func(name string, usage x509.ExtKeyUsage) (tls.Certificate, string, string) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		check(err)
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: issuer.NotBefore, NotAfter: issuer.NotAfter,
			ExtKeyUsage: []x509.ExtKeyUsage{usage}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		}, issuer, &key.PublicKey, caKey)
		check(err)
		keyDER, err := x509.MarshalPKCS8PrivateKey(key)
		check(err)
		return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, write(name+".crt", "CERTIFICATE", der), write(name+".key", "PRIVATE KEY", keyDER)
	}
	a.files.CA = write("ca.crt", "CERTIFICATE", caDER)
	a.server, _, _ = issue("server", x509.ExtKeyUsageServerAuth)
	_, a.files.Cert, a.files.Key = issue("client", x509.ExtKeyUsageClientAuth)
	a.pool = x509.NewCertPool()
	caText, err := os.ReadFile(a.files.CA)
	check(err)
	a.pool.AppendCertsFromPEM(caText)
	return a
}
