// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/casework"
)

// dossierFile is the one template without the frame: a file that is whole by itself, its style in it, and refers to nothing.
const dossierFile = "templates/fascicolo.html"

func (w *Web) parseDossier() (*template.Template, error) {
	t, err := template.New("fascicolo.html").Funcs(w.functions()).Funcs(template.FuncMap{
		"who": w.who, "instant": instant, "indented": func(raw json.RawMessage) string { return indented(raw) },
	}).ParseFS(templates, dossierFile)
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	return t, nil
}

func (w *Web) dossierOf(v *visit) (casework.Dossier, error) {
	return w.cases.Dossier(v.Context(), v.caller, ticket.ID(v.PathValue("id")))
}

// dossierHTML is the dossier to read and to print.
func (w *Web) dossierHTML(v *visit) error {
	d, err := w.dossierOf(v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := w.dossier.Execute(&b, d); err != nil {
		return fmt.Errorf("dossier: %w", err)
	}
	v.download("text/html; charset=utf-8", "fascicolo-"+d.Number+".html")
	_, _ = b.WriteTo(v.rw) // the browser may have gone
	return nil
}

// dossierJSON is the same for programs, with the bytes that the hashes are computed from.
func (w *Web) dossierJSON(v *visit) error {
	d, err := w.dossierOf(v)
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("dossier: %w", err)
	}
	v.download("application/json; charset=utf-8", "fascicolo-"+d.Number+".json")
	_, _ = v.rw.Write(append(raw, '\n')) // the browser may have gone
	return nil
}

// download sends what follows as a file to be kept.
func (v *visit) download(kind, name string) {
	h := v.rw.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
}
