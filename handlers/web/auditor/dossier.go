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

// dossierTemplatePath is the template of the dossier's HTML file. It does not use the frame of the pages: the file holds its style and
// refers to no other file.
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

// dossierHTML sends the dossier as an HTML file to read and to print.
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

// dossierJSON sends the dossier as JSON for programs, with the bytes from which the hashes are computed.
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

// setDownloadHeaders sets the headers of a file that the browser saves. The policy forbids scripts and other requests in it.
func setDownloadHeaders(v *ui.Request, mediaType, name string) {
	h := v.Writer.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
}
