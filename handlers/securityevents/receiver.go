// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
)

// receiver takes events. send returns nil only when the receiver has them all, as far as its protocol tells; without events it repairs what is
// broken. After an error the receiver may have some. One goroutine uses a receiver.
type receiver interface {
	send(ctx context.Context, events []Event) error
	close() error
}

// Receiver is the address of a receiver, as SOL_SECURITY_EVENTS names it. The zero value is none.
type Receiver struct {
	path             string // of a file; "-": the standard output; "": a syslog server
	network, address string // of a syslog server; network is udp, tcp or tls
	files            TLSFiles
}

// TLSFiles are the PEM files for a syslog server with TLS. They are read again for each connection.
type TLSFiles struct {
	CA        string // certificates that vouch for the server; empty: those of the system
	Cert, Key string // of this client; empty: it shows none
}

const receiverForms = "want stdout, the absolute path of a file, or syslog+tls://host:6514, syslog+tcp://host:601 or syslog+udp://host:514"

var syslogSchemes = map[string]string{"syslog+udp": "udp", "syslog+tcp": "tcp", "syslog+tls": "tls"}

// ParseReceiver parses SOL_SECURITY_EVENTS. The files are for a receiver with TLS only.
func ParseReceiver(text string, files TLSFiles) (Receiver, error) {
	r := Receiver{}
	switch {
	case text == "":
	case text == "stdout":
		r.path = "-"
	case filepath.IsAbs(text):
		r.path = filepath.Clean(text)
	default:
		u, err := url.Parse(text)
		if err != nil {
			return Receiver{}, errors.New(receiverForms)
		}
		_, port, err := net.SplitHostPort(u.Host)
		if err != nil || port == "" || u.Hostname() == "" || syslogSchemes[u.Scheme] == "" || u.Path != "" || u.User != nil || u.RawQuery != "" {
			return Receiver{}, errors.New(receiverForms)
		}
		r.network, r.address = syslogSchemes[u.Scheme], u.Host
	}
	if r.network == "tls" {
		r.files = files
		_, err := r.tlsConfig()
		return r, err
	}
	if files != (TLSFiles{}) {
		return Receiver{}, errors.New("the files for TLS are for syslog+tls:// only")
	}
	return r, nil
}

// IsSet reports whether there is a receiver.
func (r Receiver) IsSet() bool { return r != Receiver{} }

// String returns the receiver for logs.
func (r Receiver) String() string {
	switch {
	case r.path == "-":
		return "stdout"
	case r.network != "":
		return "syslog+" + r.network + "://" + r.address
	}
	return r.path
}

// dial returns the receiver; a connection is made when it gets events.
func (r Receiver) dial() receiver {
	switch {
	case r.path == "-":
		return writerReceiver{os.Stdout}
	case r.network == "tls":
		return newSyslogReceiver("tcp", r.address, r.tlsConfig)
	case r.network != "":
		return newSyslogReceiver(r.network, r.address, nil)
	}
	return &fileReceiver{path: r.path}
}

// tlsConfig reads the files.
func (r Receiver) tlsConfig() (*tls.Config, error) {
	host, _, err := net.SplitHostPort(r.address)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if r.files.CA != "" {
		text, err := os.ReadFile(r.files.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate", r.files.CA)
		}
	}
	if (r.files.Cert == "") != (r.files.Key == "") {
		return nil, errors.New("want both certificate and key of the client, or neither")
	}
	if r.files.Cert != "" {
		pair, err := tls.LoadX509KeyPair(r.files.Cert, r.files.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
