// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package clientcert

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// Listener holds the settings of a listener that asks for client certificates.
type Listener struct {
	Address string   `json:"address"`  // host:port
	TLSCert string   `json:"tls_cert"` // path of a PEM file: certificate of the listener, with its intermediate ones
	TLSKey  string   `json:"tls_key"`  // path of a PEM file: its key
	CA      string   `json:"ca"`       // path of a PEM file: the authorities whose client certificates are accepted, and their intermediate ones
	CRLs    []string `json:"crls"`     // paths of files with the revocation lists of all of them, PEM (one or more) or DER
}

// Check returns an error for a setting that is missing or wrong.
func (l Listener) Check() error {
	if _, _, err := net.SplitHostPort(l.Address); err != nil {
		return errors.New("address: want host:port, e.g. 0.0.0.0:8443")
	}
	if l.TLSCert == "" || l.TLSKey == "" || l.CA == "" || len(l.CRLs) == 0 {
		return errors.New("want tls_cert, tls_key, ca and crls")
	}
	return nil
}

// Listen listens on the address with TLS 1.2 or later and without resumption. The files of the listener are read for each connection. The
// handshake proves that the client has the key of its certificate and checks nothing else of it, so that a person whose certificate is refused
// gets a page that says why: Verify must be called for each request.
func (v *Verifier) Listen(l Listener) (net.Listener, error) {
	if _, err := tls.LoadX509KeyPair(l.TLSCert, l.TLSKey); err != nil {
		return nil, fmt.Errorf("certificate of the listener: %w", err)
	}
	plain, err := net.Listen("tcp", l.Address)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(plain, v.tlsConfig(l.TLSCert, l.TLSKey)), nil
}

func (v *Verifier) tlsConfig(certFile, keyFile string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			pair, err := tls.LoadX509KeyPair(certFile, keyFile)
			if err != nil {
				return nil, fmt.Errorf("certificate of the listener: %w", err)
			}
			known, err := v.authorities()
			if err != nil {
				return nil, err
			}
			return &tls.Config{
				MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"},
				ClientAuth: tls.RequestClientCert, ClientCAs: known.pool, SessionTicketsDisabled: true,
			}, nil
		},
	}
}
