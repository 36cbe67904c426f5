// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Packages whose input nobody sends to a running service.
const (
	ownData  = "trusted: what this program wrote, read from the database"
	settings = "trusted: settings of who operates the service"
	requests = "handlers/routestest FuzzOperations, handlers/routestest FuzzPages"
	pages    = "handlers/routestest FuzzPages"
)

// parsers lists the packages below cmd that decode bytes, with the fuzz targets for those that others send, as PACKAGE TARGET, or the reason why
// none is needed. A target may be in a package that calls the parser.
var parsers = map[string]string{
	"domain/account":                      ownData,
	"domain/agreement":                    pages,
	"domain/calendar":                     settings,
	"domain/catalog":                      settings,
	"domain/person":                       "domain/person FuzzParseEmail, domain/person FuzzParsePhone, domain/person FuzzParseTaxCode",
	"domain/playbook":                     "domain/playbook FuzzLoad, handlers/routestest FuzzPages",
	"domain/privacystatement":             ownData,
	"domain/rolemapping":                  ownData,
	"domain/ticket/codec":                 "domain/ticket FuzzDecode",
	"domain/ticket/rules":                 requests,
	"eventstore":                          "eventstore FuzzParsePosition",
	"eventstore/embedpg":                  "trusted: files of the own Postgres server",
	"eventstore/lastseen":                 "trusted: a file that this program wrote",
	"eventstore/notify":                   "eventstore/notify FuzzReceive",
	"eventstore/pgpool":                   settings,
	"handlers/api":                        requests,
	"handlers/api/sessions":               "trusted: what the library of security keys wrote",
	"handlers/app":                        requests,
	"handlers/app/accesslog":              ownData,
	"handlers/app/accessreport":           "trusted: a temporary file that this program wrote",
	"handlers/app/attachment":             "handlers/app/attachment FuzzCheck, handlers/app/attachment FuzzCorpus",
	"handlers/app/attachment/redraw":      "handlers/app/attachment/redraw FuzzImage, handlers/app/attachment FuzzCheck",
	"handlers/app/dossier":                pages,
	"handlers/app/files":                  pages,
	"handlers/app/mailsender":             "handlers/app/mailsender FuzzOrigin",
	"handlers/app/mailtext":               "handlers/app/mailtext FuzzRead",
	"handlers/app/mailtext/mimepart":      "handlers/app/mailtext FuzzRead",
	"handlers/app/readymade":              "trusted: data of the program",
	"handlers/app/unusual":                settings,
	"handlers/identity":                   requests,
	"handlers/identity/clientcert":        settings,
	"handlers/identity/idp":               settings,
	"handlers/identity/mailaddress":       "handlers/identity/mailaddress FuzzParse",
	"handlers/identity/oidc":              "handlers/identity/oidc FuzzDecodeAttempt",
	"handlers/identity/oidc/simulator":    "trusted: serves tests and the demo alone",
	"handlers/identity/personallink":      requests,
	"handlers/identity/portal":            "handlers/identity/portal FuzzParse",
	"handlers/identity/secondfactor":      "handlers/identity/secondfactor FuzzKeyAnswer",
	"handlers/inbound":                    "trusted: the address of a connection",
	"handlers/middleware":                 "handlers/middleware FuzzClientAddress, handlers/routestest FuzzPages",
	"handlers/outbox":                     ownData,
	"handlers/outbox/connector":           "handlers/outbox/connector FuzzDecodeAnswer",
	"handlers/outbox/connector/simulator": "trusted: serves tests and the demo alone",
	"handlers/outbox/mail":                settings,
	"handlers/quarantine":                 "handlers/quarantine FuzzParseAnswer",
	"handlers/securityevents":             settings,
	"handlers/web":                        pages,
	"handlers/web/account":                pages,
	"handlers/web/admin":                  pages,
	"handlers/web/auditor":                pages,
	"handlers/web/citizen":                pages,
	"handlers/web/operator":               pages,
	"handlers/web/supervisor":             pages,
	"handlers/web/ui":                     pages,
	"projections/dashboard":               "projections/dashboard FuzzDrillDownCursor, handlers/routestest FuzzPages",
	"projections/lists":                   "projections/lists FuzzCursor",
	"sagas":                               ownData,
	"sagas/runtime":                       ownData,
}

// decoder matches the functions with which bytes become values.
var decoder = regexp.MustCompile(`^(json|yaml|csv|xml)\.(Unmarshal|NewDecoder|NewReader)$|^(mail|multipart|zip|tar|gzip|zlib|flate|html|textproto|image|png|gif|jpeg)\.(Parse|Decode|Open|Read|NewReader|NewTokenizer)\w*$|` +
	`^(strconv\.(Atoi|Parse\w+|Unquote)|time\.Parse\w*|url\.(Parse\w*|PathUnescape|QueryUnescape)|(netip|net|uuid)\.Parse\w*|(pem|x509|asn1)\.(Decode|Parse|Unmarshal)\w*|fmt\.Sscan\w*|mime\.\w+)$|` +
	`\.(DecodeString|DecodeHeader|FormValue|PostFormValue|PathValue|MultipartReader|ParseForm|Cookie)$|Header\.(Get|Values)$`)

// TestParsersAreFuzzed finds the packages that decode bytes and compares them with the list, whose fuzz targets must exist.
func TestParsersAreFuzzed(t *testing.T) {
	targets, found := fuzzTargets(t), map[string]bool{}
	for _, p := range listPackages(t) {
		path, _ := inModule(p.ImportPath)
		if isTestPackage(path) || strings.HasPrefix(path, "cmd/") || strings.HasSuffix(path, "/bench") {
			continue
		}
		call := firstDecoder(t, p)
		if call == "" {
			continue
		}
		found[path] = true
		if parsers[path] == "" {
			t.Errorf("%s: got %s and no line in parsers: name a fuzz target, or the reason why nobody untrusted writes its input", path, call)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(parsers)) {
		if !found[path] {
			t.Errorf("%s: got a line in parsers, and no decoder in the package", path)
		}
		if strings.HasPrefix(parsers[path], "trusted: ") {
			continue
		}
		for target := range strings.SplitSeq(parsers[path], ", ") {
			if !targets[target] {
				t.Errorf("%s: got the fuzz target %q, which does not exist", path, target)
			}
		}
	}
}

// firstDecoder returns the position and name of the first call of a decoder in a package; "": there is none.
func firstDecoder(t *testing.T, p goPackage) (call string) {
	t.Helper()
	set := token.NewFileSet()
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && call == "" && decoder.MatchString(nameOf(c.Fun)) {
				call = name + ": " + nameOf(c.Fun)
			}
			return true
		})
	}
	return call
}

// nameOf returns a chain of selectors as it is written: r.Header.Get.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	case *ast.CallExpr:
		return nameOf(e.Fun)
	default:
		return "_"
	}
}

// fuzzTargets returns all fuzz targets, as PACKAGE TARGET.
func fuzzTargets(t *testing.T) map[string]bool {
	t.Helper()
	all, declared := map[string]bool{}, regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	for _, p := range listPackages(t) {
		path, _ := inModule(p.ImportPath)
		files, err := filepath.Glob(filepath.Join(p.Dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, target := range declared.FindAllSubmatch(content, -1) {
				all[path+" "+string(target[1])] = true
			}
		}
	}
	return all
}
