// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// A personal link is a secret in a path: the address bar, the history and the logs of proxies keep paths. So its first use in a browser exchanges it
// for a cookie and goes on at the address of the ticket, which is no secret. The cookie is for the pages of that ticket alone, opens them for a
// few hours, and ends with the link.

// linkCookieAge is the time for which the cookie opens the ticket. Afterwards the citizen opens the link in the mail again.
const linkCookieAge = 12 * time.Hour

// linkCookieName returns the name of the cookie. Browsers take a name with __Secure- over https alone; __Host- would not let it have a path.
func (w *Web) linkCookieName() string {
	if w.isHTTPS() {
		return "__Secure-sol-link"
	}
	return "sol-link"
}

// findHolder returns the caller for the personal link in a request, whose path names the link or its ticket, and whether there is one. Errors:
// ticket.ErrLinkRevoked, ticket.ErrLinkExpired, ui.ErrLinkCookie, those of the store.
func (w *Web) findHolder(r *ui.Request, link string) (holder app.Caller, secret string, ok bool, err error) {
	if holder, ok, err := w.App.FindLinkHolder(r.Context(), link, r.Caller.From); ok || err != nil {
		return holder, link, ok, err
	}
	cookie, err := r.Cookie(w.linkCookieName())
	if err != nil {
		return app.Caller{}, "", false, nil
	}
	l, ok := w.Identity.ParseLinkCookie(cookie.Value)
	switch {
	case ok && string(l.Ticket) == link:
		err = w.App.CheckLinkIssue(r.Context(), l.Ticket, l.Issue)
	case !ok && strings.Contains(cookie.Value, link):
		err = ui.ErrLinkCookie
	default: // of another ticket
		return app.Caller{}, "", false, nil
	}
	if _, missing := r.Cookie(w.cookieName()); err != nil && missing == nil { // the session of the ticket's citizen opens it too
		return app.Caller{}, "", false, nil
	}
	return app.LinkHolder(l.Ticket, r.Caller.From), cookie.Value, true, err
}

// exchangeLink sends a cookie in place of the personal link in the path. It answers a request to read with the address of the ticket, and
// reports whether it did. A form that was sent to the link, from a page of the release before, goes on as if it had been sent to the ticket.
func (w *Web) exchangeLink(r *ui.Request) (answered bool, err error) {
	l, ok := w.Identity.ParsePersonalLink(r.PathValue("link"))
	if !ok || r.Caller.Link == "" {
		return false, nil
	}
	earlier, err := w.App.Store.Keyring().EarlierNodes(r.Context())
	if err != nil || earlier > 0 { // the next request may reach a node of the release before, which knows no cookie
		return false, err
	}
	http.SetCookie(r.Writer, &http.Cookie{ //nolint:gosec // G124: as the session's cookie
		Name: w.linkCookieName(), Value: w.Identity.LinkCookie(l, w.Identity.Now().Add(linkCookieAge)), Path: "/richieste/" + string(l.Ticket),
		HttpOnly: true, Secure: w.isHTTPS(), SameSite: http.SameSiteLaxMode, // Lax: people come from the mail, which is another site
	})
	to := strings.Replace(r.URL.Path, r.PathValue("link"), string(l.Ticket), 1)
	r.SetPathValue("link", string(l.Ticket))
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false, nil
	}
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	return true, r.Redirect(to)
}

// hideSecretPath keeps the address of a page whose address has a personal link, valid or not, out of the header Referer.
func hideSecretPath(r *ui.Request) {
	if personallink.IsIn(r.RequestURI) {
		r.Writer.Header().Set("Referrer-Policy", "no-referrer")
	}
}

// namedTicket returns the ticket that the path of a citizen's page names, by its id or by a personal link.
func namedTicket(r *ui.Request) string {
	if id := personallink.TicketOf(r.PathValue("link")); id != "" {
		return string(id)
	}
	return r.PathValue("link")
}
