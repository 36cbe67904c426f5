// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package clientcert_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity/certtest"
	"github.com/sol-assistenza/sol/handlers/identity/clientcert"
)

// now is the time of the tests: the certificates are made around it.
var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// newAuthority returns an authority whose certificates are valid now.
func newAuthority(t *testing.T, name string, parent *certtest.Authority) *certtest.Authority {
	return certtest.NewAuthority(t, now, name, parent)
}

// files are the files of a Verifier.
type files struct {
	t       *testing.T
	ca, crl string
}

func newFiles(t *testing.T, ca []*certtest.Authority, crl []byte) files {
	t.Helper()
	f := files{t, filepath.Join(t.TempDir(), "ca.pem"), filepath.Join(t.TempDir(), "crl")}
	var ders [][]byte
	for _, a := range ca {
		ders = append(ders, a.Certificate.Raw)
	}
	f.write(f.ca, certtest.PEM("CERTIFICATE", ders...))
	f.write(f.crl, crl)
	return f
}

func (f files) write(path string, content []byte) {
	f.t.Helper()
	certtest.Replace(f.t, path, content)
}

func (f files) listener() clientcert.Listener {
	return clientcert.Listener{CA: f.ca, CRLs: []string{f.crl}}
}

func (f files) open() *clientcert.Verifier {
	f.t.Helper()
	v, err := f.listener().NewVerifier(func() time.Time { return now })
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}

// reason returns the code of a refusal, "" for nil, and "file" if it is that of a file.
func reason(err error) refusal.Code {
	var refused *clientcert.RefusedError
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &refused):
		return "no refusal"
	case refused.File != nil && refused.Reason.Code == refusal.LoginCertificateUnknown:
		return "file"
	}
	return refused.Reason.Code
}

// TestCertificatesAreRefusedByName: of the wrong issuer, expired, revoked, for another use, and when nobody knows.
func TestCertificatesAreRefusedByName(t *testing.T) {
	root := newAuthority(t, "Prova Root", nil)
	issuing := newAuthority(t, "Prova CA", root)
	unlisted := newAuthority(t, "Prova CA senza lista", root)
	revokedCA := newAuthority(t, "Prova CA revocata", root)
	impostor := newAuthority(t, "Prova CA", newAuthority(t, "Prova Root", nil)) // the same names, other keys
	person := newAuthority(t, "Prova Uno", nil)
	person.Certificate = person.Sign(issuing.Template(), issuing, person.Key)
	signs := newAuthority(t, "Prova Root che firma", nil) // its own certificate may be used for signatures too
	template := *signs.Certificate
	template.KeyUsage |= x509.KeyUsageDigitalSignature
	signs.Certificate = signs.Sign(&template, signs, signs.Key)
	revoked := issuing.Issue(nil)
	onHold := issuing.Issue(nil)
	big1 := issuing.Issue(func(c *x509.Certificate) { c.SerialNumber = new(big.Int).Lsh(big.NewInt(0x7f), 150) })
	crl := certtest.PEM("X509 CRL", root.List(nil, revokedCA.Certificate), issuing.List(func(l *x509.RevocationList) {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: onHold.SerialNumber, RevocationTime: now, ReasonCode: 6})
	}, revoked, big1), revokedCA.List(nil), impostor.List(nil))
	v := newFiles(t, []*certtest.Authority{root, issuing, unlisted, revokedCA, signs}, crl).open()
	for name, c := range map[string]struct {
		shown []*x509.Certificate
		want  refusal.Code
	}{
		"good":                              {[]*x509.Certificate{issuing.Issue(nil)}, ""},
		"good, with its chain":              {[]*x509.Certificate{issuing.Issue(nil), issuing.Certificate, root.Certificate}, ""},
		"good, of the root":                 {[]*x509.Certificate{root.Issue(nil)}, ""},
		"good, without uses":                {[]*x509.Certificate{issuing.Issue(func(c *x509.Certificate) { c.KeyUsage, c.ExtKeyUsage = 0, nil })}, ""},
		"none":                              {nil, refusal.LoginCertificateMissing},
		"wrong issuer":                      {[]*x509.Certificate{newAuthority(t, "Altra CA", nil).Issue(nil)}, refusal.LoginCertificateIssuer},
		"wrong issuer of the same name":     {[]*x509.Certificate{impostor.Issue(nil), impostor.Certificate}, refusal.LoginCertificateIssuer},
		"wrong issuer, the right one shown": {[]*x509.Certificate{newAuthority(t, "Altra CA", nil).Issue(nil), issuing.Certificate, root.Certificate}, refusal.LoginCertificateIssuer},
		"issued by a person":                {[]*x509.Certificate{person.Issue(nil), person.Certificate}, refusal.LoginCertificateIssuer},
		"expired":                           {[]*x509.Certificate{issuing.Issue(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) })}, refusal.LoginCertificateExpired},
		"not valid yet":                     {[]*x509.Certificate{issuing.Issue(func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) })}, refusal.LoginCertificateExpired},
		"for servers":                       {[]*x509.Certificate{issuing.Issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })}, refusal.LoginCertificateUse},
		"for signatures":                    {[]*x509.Certificate{issuing.Issue(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageContentCommitment })}, refusal.LoginCertificateUse},
		"an authority's own":                {[]*x509.Certificate{signs.Certificate}, refusal.LoginCertificateUse},
		"revoked":                           {[]*x509.Certificate{revoked}, refusal.LoginCertificateRevoked},
		"revoked, a long number":            {[]*x509.Certificate{big1}, refusal.LoginCertificateRevoked},
		"on hold":                           {[]*x509.Certificate{onHold}, refusal.LoginCertificateRevoked},
		"of a revoked authority":            {[]*x509.Certificate{revokedCA.Issue(nil)}, refusal.LoginCertificateRevoked},
		"without a list":                    {[]*x509.Certificate{unlisted.Issue(nil)}, refusal.LoginCertificateUnknown},
	} {
		if got := reason(v.Verify(c.shown)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestListsThatDoNotCountCloseTheLogin: expired, not valid yet, without an end, of another signer, and one that is only a part.
func TestListsThatDoNotCountCloseTheLogin(t *testing.T) {
	root, other := newAuthority(t, "Prova Root", nil), newAuthority(t, "Prova Root", nil)
	shown := []*x509.Certificate{root.Issue(nil)}
	critical := func(id ...int) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier(id), Critical: true, Value: []byte{2, 1, 1}}}
		}
	}
	for name, c := range map[string]struct {
		crl  []byte
		want refusal.Code
	}{
		"valid, DER":          {root.List(nil), ""},
		"valid, PEM":          {certtest.PEM("X509 CRL", root.List(nil)), ""},
		"expired":             {root.List(func(l *x509.RevocationList) { l.NextUpdate = now.Add(-time.Second) }), refusal.LoginCertificateUnknown},
		"ends now":            {root.List(func(l *x509.RevocationList) { l.NextUpdate = now }), refusal.LoginCertificateUnknown},
		"begins later":        {root.List(func(l *x509.RevocationList) { l.ThisUpdate = now.Add(time.Hour) }), refusal.LoginCertificateUnknown},
		"of another signer":   {other.List(nil), refusal.LoginCertificateUnknown},
		"the newest counts":   {certtest.PEM("X509 CRL", root.List(nil), root.List(func(l *x509.RevocationList) { l.ThisUpdate = now.Add(-time.Minute) }, shown[0]), root.List(nil)), refusal.LoginCertificateRevoked},
		"an old one revokes":  {certtest.PEM("X509 CRL", root.List(func(l *x509.RevocationList) { l.NextUpdate = now.Add(-time.Second) }, shown[0])), refusal.LoginCertificateUnknown},
		"delta":               {root.List(critical(2, 5, 29, 27)), "file"},
		"partition":           {root.List(critical(2, 5, 29, 28)), "file"},
		"text":                {[]byte("not a list"), "file"},
		"empty":               {nil, "file"},
		"cut off":             {root.List(nil)[:100], "file"},
		"cut off, PEM":        {certtest.PEM("X509 CRL", root.List(nil))[:200], "file"},
		"second one cut off":  {append(certtest.PEM("X509 CRL", root.List(nil)), certtest.PEM("X509 CRL", root.List(nil))[:200]...), "file"},
		"certificate instead": {certtest.PEM("CERTIFICATE", root.Certificate.Raw), "file"},
	} {
		f := newFiles(t, []*certtest.Authority{root}, root.List(nil))
		v := f.open()
		f.write(f.crl, c.crl)
		if got := reason(v.Verify(shown)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if _, err := f.listener().NewVerifier(time.Now); (err != nil) != (c.want == "file") {
			t.Errorf("%s: the start gives %v", name, err)
		}
	}
}

// TestFilesAreRenewedWithoutARestart: a list that revokes counts at once, also when it replaces an expired or a broken one; so does an authority.
func TestFilesAreRenewedWithoutARestart(t *testing.T) {
	root, next := newAuthority(t, "Prova Root", nil), newAuthority(t, "Prova Root 2", nil)
	one, two, three := root.Issue(nil), root.Issue(nil), next.Issue(nil)
	f := newFiles(t, []*certtest.Authority{root}, root.List(func(l *x509.RevocationList) { l.NextUpdate = now }))
	v := f.open()
	step := func(name string, want ...refusal.Code) {
		t.Helper()
		var got []refusal.Code
		for _, c := range []*x509.Certificate{one, two, three} {
			got = append(got, reason(v.Verify([]*x509.Certificate{c})))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	const unknown, issuer, revoked = refusal.LoginCertificateUnknown, refusal.LoginCertificateIssuer, refusal.LoginCertificateRevoked
	step("expired list", unknown, unknown, issuer)
	f.write(f.crl, root.List(nil))
	step("new list", "", "", issuer)
	f.write(f.crl, root.List(nil, two))
	step("list that revokes", "", revoked, issuer)
	f.write(f.crl, []byte("half"))
	step("broken list", "file", "file", issuer)
	if err := os.Remove(f.crl); err != nil {
		t.Fatal(err)
	}
	step("no list", "file", "file", issuer)
	f.write(f.ca, certtest.PEM("CERTIFICATE", root.Certificate.Raw, next.Certificate.Raw))
	f.write(f.crl, certtest.PEM("X509 CRL", root.List(nil, two), next.List(nil)))
	step("new authority", "", revoked, "")
	f.write(f.ca, certtest.PEM("CERTIFICATE", next.Certificate.Raw))
	step("old authority gone", issuer, issuer, "")
}

// TestBundleHoldsAuthoritiesAlone: a certificate of a person or a key in the bundle is a mistake that stops the start.
func TestBundleHoldsAuthoritiesAlone(t *testing.T) {
	root := newAuthority(t, "Prova Root", nil)
	f := newFiles(t, []*certtest.Authority{root}, root.List(nil))
	for name, content := range map[string][]byte{
		"empty": nil, "text": []byte("x"), "person": certtest.PEM("CERTIFICATE", root.Issue(nil).Raw), "key": certtest.PEM("PRIVATE KEY", []byte("x")), "broken": certtest.PEM("CERTIFICATE", []byte("x")),
	} {
		f.write(f.ca, content)
		if _, err := f.listener().NewVerifier(time.Now); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// TestPersonOfACertificate: the tax code stands in the serial number or in the common name, as different authorities write it.
func TestPersonOfACertificate(t *testing.T) {
	const code = "RSSMRA80A01H501U"
	root := newAuthority(t, "Prova Root", nil)
	attribute := func(value any, id ...int) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier(id), Value: value}
	}
	for name, c := range map[string]struct {
		subject []pkix.AttributeTypeAndValue
		want    clientcert.Person
		refused bool
	}{
		"ETSI":               {subject: []pkix.AttributeTypeAndValue{attribute("TINIT-"+code, 2, 5, 4, 5), attribute("PROVA UNO", 2, 5, 4, 3)}, want: clientcert.Person{TaxCode: code}},
		"older":              {subject: []pkix.AttributeTypeAndValue{attribute("IT:"+code, 2, 5, 4, 5)}, want: clientcert.Person{TaxCode: code}},
		"alone":              {subject: []pkix.AttributeTypeAndValue{attribute(code, 2, 5, 4, 5)}, want: clientcert.Person{TaxCode: code}},
		"health card (CNS)":  {subject: []pkix.AttributeTypeAndValue{attribute(code+"/7420000000000001.cHJvdmE=", 2, 5, 4, 3)}, want: clientcert.Person{TaxCode: code}},
		"identity card":      {subject: []pkix.AttributeTypeAndValue{attribute(code+"/CA00000AA", 2, 5, 4, 3), attribute("MARIO", 2, 5, 4, 42), attribute("ROSSI", 2, 5, 4, 4)}, want: clientcert.Person{TaxCode: code, GivenName: "MARIO", FamilyName: "ROSSI"}},
		"both the same":      {subject: []pkix.AttributeTypeAndValue{attribute("TINIT-"+code, 2, 5, 4, 5), attribute(code+"/1", 2, 5, 4, 3)}, want: clientcert.Person{TaxCode: code}},
		"control characters": {subject: []pkix.AttributeTypeAndValue{attribute(code, 2, 5, 4, 5), attribute("MA\u202eRIO", 2, 5, 4, 42), attribute(" ROSSI ", 2, 5, 4, 4)}, want: clientcert.Person{TaxCode: code, FamilyName: "ROSSI"}},
		"two people":         {subject: []pkix.AttributeTypeAndValue{attribute("TINIT-"+code, 2, 5, 4, 5), attribute("RSSMRA85T10A562S/1", 2, 5, 4, 3)}, refused: true},
		"two serial numbers": {subject: []pkix.AttributeTypeAndValue{attribute(code, 2, 5, 4, 5), attribute("RSSMRA85T10A562S", 2, 5, 4, 5)}, refused: true},
		"passport":           {subject: []pkix.AttributeTypeAndValue{attribute("PASIT-AA0000000", 2, 5, 4, 5)}, refused: true},
		"other country":      {subject: []pkix.AttributeTypeAndValue{attribute("TINDE-"+code, 2, 5, 4, 5)}, refused: true},
		"wrong check":        {subject: []pkix.AttributeTypeAndValue{attribute("TINIT-RSSMRA80A01H501V", 2, 5, 4, 5)}, refused: true},
		"company":            {subject: []pkix.AttributeTypeAndValue{attribute("TINIT-80087670016", 2, 5, 4, 5)}, refused: true},
		"in the middle":      {subject: []pkix.AttributeTypeAndValue{attribute("PROVA "+code, 2, 5, 4, 3)}, refused: true},
		"nobody":             {subject: []pkix.AttributeTypeAndValue{attribute("PROVA UNO", 2, 5, 4, 3)}, refused: true},
	} {
		got, err := clientcert.PersonOf(root.Issue(func(x *x509.Certificate) { x.Subject = pkix.Name{ExtraNames: c.subject} }))
		if got != c.want || (reason(err) == refusal.LoginCertificateTaxCode) != c.refused {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}
