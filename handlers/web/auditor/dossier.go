// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// dossierTemplatePath is the one template without the frame: a file that is whole by itself, its style in it, and refers to nothing.
const dossierTemplatePath = "templates/fascicolo.html"

func (w *Pages) parseDossier() (*template.Template, error) {
	t, err := template.New("fascicolo.html").Funcs(w.TemplateFuncs()).Funcs(template.FuncMap{
		"who": w.actorName, "instant": formatInstant, "indented": func(raw json.RawMessage) string { return indentJSON(raw) },
	}).ParseFS(templateFiles, dossierTemplatePath)
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	return t, nil
}

func (w *Pages) readDossier(v *ui.Request) (app.Dossier, error) {
	return w.App.Dossier(v.Context(), v.Caller, ticket.ID(v.PathValue("id")))
}

// dossierHTML is the dossier to read and to print.
func (w *Pages) dossierHTML(v *ui.Request) error {
	d, err := w.readDossier(v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := w.dossierTemplate.Execute(&b, d); err != nil {
		return fmt.Errorf("dossier: %w", err)
	}
	setDownloadHeaders(v, "text/html; charset=utf-8", "fascicolo-"+d.Number+".html")
	_, _ = b.WriteTo(v.Writer) // the browser may have gone
	return nil
}

// dossierJSON is the same for programs, with the bytes that the hashes are computed from.
func (w *Pages) dossierJSON(v *ui.Request) error {
	d, err := w.readDossier(v)
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("dossier: %w", err)
	}
	setDownloadHeaders(v, "application/json; charset=utf-8", "fascicolo-"+d.Number+".json")
	_, _ = v.Writer.Write(append(raw, '\n')) // the browser may have gone
	return nil
}

// setDownloadHeaders sends what follows as a file to be kept.
func setDownloadHeaders(v *ui.Request, kind, name string) {
	h := v.Writer.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
}
