// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// findRoutes returns the routes of the search box in the header.
func (p *Pages) findRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /cerca", Access: ui.WithRole, Action: policy.SearchTickets, Handle: p.findPage},
		{Pattern: "POST /cerca", Access: ui.WithRole, Action: policy.SearchTickets, Handle: p.find},
		{Pattern: "POST /cerca/suggerimenti", Access: ui.WithRole, Action: policy.SearchTickets, Handle: p.suggest},
	}
}

// findData is the data of a page of found tickets.
type findData struct {
	Q           string
	Page        *lists.Page // nil: nothing was searched for
	TooShort    bool        // what was typed is too short to search for
	First, Next string      // addresses; "": there is no such page
}

// maxSuggestions is the number of tickets that the search box shows while somebody types.
const maxSuggestions = 8

// tooShort reports whether what was typed is too short to search for: one character, or two digits.
func tooShort(q string) bool {
	return utf8.RuneCountInString(q) < 2 || utf8.RuneCountInString(q) == 2 && strings.Trim(q, "0123456789") == ""
}

// find handles the search box without script, and when it is sent. The search is a name or a tax code, so the address contains it encrypted.
func (p *Pages) find(r *ui.Request) error {
	q := []rune(strings.TrimSpace(r.PostFormValue("q")))
	q = q[:min(len(q), lists.MaxSearchLength)]
	return r.Redirect(p.findPath(r, string(q), ""))
}

func (p *Pages) findPath(r *ui.Request, q, cursor string) string {
	query := url.Values{}
	if q != "" {
		query.Set("testo", p.encryptParam(r, q))
	}
	if cursor != "" {
		query.Set("da", p.encryptParam(r, cursor))
	}
	if len(query) == 0 {
		return "/cerca"
	}
	return "/cerca?" + query.Encode()
}

// findPage shows the tickets that a search finds among all that the reader may see.
func (p *Pages) findPage(r *ui.Request) error {
	d := findData{Q: p.decryptParam(r, r.FormValue("testo"))}
	page := ui.Page{Template: "cerca", Title: "Richieste trovate", Search: d.Q}
	switch {
	case d.Q == "":
	case tooShort(d.Q):
		d.TooShort = true
	default:
		f := lists.Filter{Q: d.Q, Cursor: p.decryptParam(r, r.FormValue("da"))}
		found, err := p.App.ListTickets(r.Context(), r.Caller, f)
		if err != nil {
			return err
		}
		d.Page, page.Position = &found, found.Position
		if f.Cursor != "" {
			d.First = p.findPath(r, d.Q, "")
		}
		if found.NextCursor != "" {
			d.Next = p.findPath(r, d.Q, found.NextCursor)
		}
	}
	page.Data = d
	return p.Render(r, http.StatusOK, page)
}

// suggest answers with the first tickets that match what somebody is typing, as the options of the search box.
func (p *Pages) suggest(r *ui.Request) error {
	d := findData{Q: strings.TrimSpace(r.PostFormValue("q"))}
	if d.TooShort = tooShort(d.Q); !d.TooShort {
		found, err := p.App.ListTicketsWhileTyping(r.Context(), r.Caller, lists.Filter{Q: d.Q, Limit: maxSuggestions})
		if err != nil {
			return err
		}
		d.Page = &found
	}
	r.Partial = true
	return p.Render(r, http.StatusOK, ui.Page{Template: "cerca", Data: d, Part: "suggestions"})
}
