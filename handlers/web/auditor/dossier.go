// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/dossier"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// dossierTemplatePath is the template of the dossier's HTML file. It does not use the frame of the pages: the file holds its style and
// refers to no other file.
const dossierTemplatePath = "templates/fascicolo.html"

func (p *Pages) parseDossier() (*template.Template, error) {
	t, err := template.New("fascicolo.html").Funcs(p.TemplateFuncs()).Funcs(template.FuncMap{
		"who": p.actorName, "instant": formatInstant, "indented": func(raw json.RawMessage) string { return indentJSON(raw) },
	}).ParseFS(templateFiles, dossierTemplatePath)
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	return t, nil
}

func (p *Pages) readDossier(r *ui.Request) (dossier.Dossier, error) {
	return dossier.Make(r.Context(), p.App, r.Caller, ticket.ID(r.PathValue("id")))
}

// dossierHTML sends the dossier as an HTML file to read and to print.
func (p *Pages) dossierHTML(r *ui.Request) error {
	d, err := p.readDossier(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := p.dossierTemplate.Execute(&b, d); err != nil {
		return fmt.Errorf("dossier: %w", err)
	}
	setDownloadHeaders(r, "text/html; charset=utf-8", "fascicolo-"+d.Number+".html")
	_, _ = b.WriteTo(r.Writer) // the browser may have gone
	return nil
}

// dossierJSON sends the dossier as JSON for programs, with the bytes from which the hashes are computed.
func (p *Pages) dossierJSON(r *ui.Request) error {
	d, err := p.readDossier(r)
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("dossier: %w", err)
	}
	setDownloadHeaders(r, "application/json; charset=utf-8", "fascicolo-"+d.Number+".json")
	_, _ = r.Writer.Write(append(raw, '\n')) // the browser may have gone
	return nil
}

// setDownloadHeaders sets the headers of a file that the browser saves. The policy forbids scripts and other requests in it.
func setDownloadHeaders(r *ui.Request, mediaType, name string) {
	h := r.Writer.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
}
