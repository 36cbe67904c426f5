// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// fields is a JSON object.
type fields map[string]any

// ticketPath returns the path of a ticket in the API.
func ticketPath(c Call, rest string) string { return "/api/v1/tickets/" + string(c.Ticket.ID) + rest }

// API lists every operation of the API.
func API() []Route {
	routes := []Route{
		{Pattern: "GET /status", Request: fixed("/status")},
		{Pattern: "GET /api/v1/catalog", Request: fixed("/api/v1/catalog")},
		{Pattern: "GET /api/v1/operators", Access: Role, Action: policy.ListOperators, Request: fixed("/api/v1/operators")},
		{Pattern: "POST /api/v1/sessions", Request: func(Call) Request { return sendJSON(http.MethodPost, "/api/v1/sessions", fields{}) }},
		{Pattern: "PUT /api/v1/sessions/current/placement", Access: Session, Request: func(c Call) Request {
			return sendJSON(http.MethodPut, "/api/v1/sessions/current/placement", fields{"role": c.Who.Actor.Role, "entity": c.Who.Actor.Entity})
		}},
		{Pattern: "PUT /api/v1/sessions/current/credentials", Access: Session, Request: func(Call) Request {
			return sendJSON(http.MethodPut, "/api/v1/sessions/current/credentials", fields{})
		}},
		{Pattern: "DELETE /api/v1/sessions/current", Access: Session, Request: func(Call) Request {
			return Request{Method: http.MethodDelete, Path: "/api/v1/sessions/current"}
		}},
		{Pattern: "PUT /api/v1/sessions/current/second-factor", Access: Session, Request: ownFactors(http.MethodPut, "second-factor")},
		{Pattern: "POST /api/v1/sessions/current/second-factor/security-key", Access: Session, Request: ownFactors(http.MethodPost, "second-factor/security-key")},
		{Pattern: "PUT /api/v1/sessions/current/second-factor/security-key", Access: Session, Request: ownFactors(http.MethodPut, "second-factor/security-key")},
		{Pattern: "POST /api/v1/sessions/current/factors/security-keys", Access: Session, Request: ownFactors(http.MethodPost, "factors/security-keys")},
		{Pattern: "POST /api/v1/sessions/current/factors/{factor}/registration", Access: Session, Request: ownFactors(http.MethodPost, "factors/"+unknownID+"/registration")},
		{Pattern: "GET /api/v1/sessions/current/factors", Access: Session, Request: fixed("/api/v1/sessions/current/factors")},
		{Pattern: "POST /api/v1/sessions/current/factors/totp", Access: Session, Request: ownFactors(http.MethodPost, "factors/totp")},
		{Pattern: "POST /api/v1/sessions/current/factors/recovery-codes", Access: Session, Request: ownFactors(http.MethodPost, "factors/recovery-codes")},
		{Pattern: "POST /api/v1/sessions/current/factors/{factor}/confirmation", Access: Session, Request: ownFactors(http.MethodPost, "factors/"+unknownID+"/confirmation")},
		{Pattern: "POST /api/v1/sessions/current/factors/{factor}/removal", Access: Session, Request: ownFactors(http.MethodPost, "factors/"+unknownID+"/removal")},
		{Pattern: "GET /api/v1/sessions", Access: Session, Request: fixed("/api/v1/sessions")},
		{Pattern: "DELETE /api/v1/sessions/{session}", Access: Session, Missing: true, Request: func(Call) Request {
			return Request{Method: http.MethodDelete, Path: "/api/v1/sessions/" + unknownID}
		}},
		{Pattern: "GET /api/v1/accounts/{account}/sessions", Access: Role, Action: policy.Administer, Request: fixed("/api/v1/accounts/" + unknownID + "/sessions")},
		{Pattern: "DELETE /api/v1/accounts/{account}/sessions/{session}", Access: Role, Action: policy.Administer, Missing: true, Request: func(Call) Request {
			return Request{Method: http.MethodDelete, Path: "/api/v1/accounts/" + unknownID + "/sessions/" + unknownID}
		}},
		{Pattern: "GET /api/v1/accounts/{account}/identities", Access: Role, Action: policy.Administer, Missing: true, Request: fixed("/api/v1/accounts/" + unknownID + "/identities")},
		{Pattern: "POST /api/v1/accounts/{account}/identities", Access: Role, Action: policy.Administer, Request: func(Call) Request {
			return sendJSON(http.MethodPost, "/api/v1/accounts/"+unknownID+"/identities", fields{"provider": "nessuno"}) // it binds none
		}},
		{Pattern: "DELETE /api/v1/accounts/{account}/identities/{identity}", Access: Role, Action: policy.Administer, Missing: true, Request: func(Call) Request {
			return Request{Method: http.MethodDelete, Path: "/api/v1/accounts/" + unknownID + "/identities/" + unknownID}
		}},
		{Pattern: "GET /api/v1/api-tokens", Access: Role, Action: policy.Administer, Request: fixed("/api/v1/api-tokens")},
		{Pattern: "POST /api/v1/api-tokens", Access: Role, Action: policy.Administer, Request: func(Call) Request {
			return sendJSON(http.MethodPost, "/api/v1/api-tokens", fields{}) // incomplete: it makes none
		}},
		{Pattern: "DELETE /api/v1/api-tokens/{token}", Access: Role, Action: policy.Administer, Missing: true, Request: func(Call) Request {
			return Request{Method: http.MethodDelete, Path: "/api/v1/api-tokens/" + unknownID}
		}},
		{Pattern: "GET /api/v1/queues", Access: Role, Action: policy.ListTickets, Looks: Counts, Request: fixed("/api/v1/queues")},
		{Pattern: "GET /api/v1/tickets", Access: Role, Action: policy.ListTickets, Looks: List, Request: fixed("/api/v1/tickets")},
		{Pattern: "GET /api/v1/tickets", Case: "search", Access: Role, Action: policy.ListTickets, Looks: Search, Request: fixed("/api/v1/tickets?q=fittizia")},
		{Pattern: "GET /api/v1/dashboard", Access: Role, Action: policy.ReadFigures, Looks: Figures, Request: fixed("/api/v1/dashboard")},
		{Pattern: "GET /api/v1/tickets.csv", Access: Role, Action: policy.ExportTickets, Looks: Export, Request: fixed("/api/v1/tickets.csv")},
		{Pattern: "GET /api/v1/access-records", Access: Role, Action: policy.SearchAccesses, Looks: Accesses, Request: fixed("/api/v1/access-records")},
		{Pattern: "GET /api/v1/access-report", Access: Role, Action: policy.ReportAccesses, Looks: Accesses, Request: func(c Call) Request {
			return get("/api/v1/access-report?ticket=" + string(c.Ticket.ID))
		}},
		{Pattern: "GET /api/v1/unusual-reading", Access: Role, Action: policy.ReadUnusual, Looks: Accesses, Request: fixed("/api/v1/unusual-reading")},
		{Pattern: "POST /api/v1/unusual-reading/{id}/examination", Access: Role, Action: policy.ReadUnusual, Missing: true, Request: func(Call) Request {
			return sendJSON(http.MethodPost, "/api/v1/unusual-reading/1/examination", fields{"text": "Verificato con il reparto"})
		}},
		{Pattern: "GET /api/v1/agreements", Access: Role, Action: policy.Administer, Request: fixed("/api/v1/agreements")},
		{Pattern: "POST /api/v1/agreements", Access: Role, Action: policy.Administer, Request: func(Call) Request {
			return sendJSON(http.MethodPost, "/api/v1/agreements", fields{"entity": "", "use": "unusual-reading", "reference": ""}) // incomplete: it records none
		}},
		{Pattern: "POST /api/v1/agreements/end", Access: Role, Action: policy.Administer, Request: func(Call) Request {
			return sendJSON(http.MethodPost, "/api/v1/agreements/end", fields{"entity": "", "use": "unusual-reading", "reference": ""})
		}},
		{Pattern: "GET /api/v1/entities/{entity}/privacy-statement", Access: Public, Request: fixed("/api/v1/entities/010301/privacy-statement")},
		{Pattern: "POST /api/v1/entities/{entity}/privacy-statement", Access: Role, Action: policy.Administer, Request: func(Call) Request {
			return sendJSON(http.MethodPost, "/api/v1/entities/010301/privacy-statement", fields{"text": ""}) // incomplete: it publishes none
		}},
		{Pattern: "GET /api/v1/stream", Access: Role, Action: policy.SubscribeToChanges, Looks: Live, About: true, Request: func(c Call) Request {
			return Request{Method: http.MethodGet, Path: "/api/v1/stream?ticket=" + string(c.Ticket.ID), Stream: true}
		}},
		{Pattern: "GET /api/v1/notifications", Access: Role, Action: policy.ReadNotifications, Looks: Notifications, Request: fixed("/api/v1/notifications")},
		{Pattern: "POST /api/v1/notifications/{id}/read", Access: Role, Action: policy.ReadNotifications, Missing: true, Request: func(Call) Request {
			return Request{Method: http.MethodPost, Path: "/api/v1/notifications/" + unknownID + "/read"}
		}},
		{Pattern: "POST /api/v1/notifications/read", Access: Role, Action: policy.ReadNotifications, Request: func(Call) Request {
			return Request{Method: http.MethodPost, Path: "/api/v1/notifications/read"}
		}},
		{Pattern: "GET /api/v1/preferences", Access: Role, Action: policy.ChoosePreferences, Request: fixed("/api/v1/preferences")},
		{Pattern: "PUT /api/v1/preferences", Access: Role, Action: policy.ChoosePreferences, Request: func(Call) Request {
			return sendJSON(http.MethodPut, "/api/v1/preferences", fields{"mail": true})
		}},
		{Pattern: "POST /api/v1/tickets", Access: Public, Action: policy.OpenTicket, Request: func(Call) Request {
			return sendJSON(http.MethodPost, "/api/v1/tickets", fields{}) // incomplete: it opens none
		}},
	}
	return append(routes, append(apiReads(), apiActs()...)...)
}

// ownFactors returns a request about one's own second factors, without its fields.
func ownFactors(method, path string) func(Call) Request {
	return func(Call) Request { return sendJSON(method, "/api/v1/sessions/current/"+path, fields{}) }
}

// fixed returns a request for a path.
func fixed(path string) func(Call) Request { return func(Call) Request { return get(path) } }

// apiReads lists the operations that read one ticket.
func apiReads() []Route {
	read := func(pattern, name string, action policy.Action, looks Looks, path func(Call) string) Route {
		return Route{Pattern: pattern, Case: name, Access: Role, Action: action, Looks: looks, About: true, Request: func(c Call) Request { return get(path(c)) }}
	}
	return []Route{
		read("GET /api/v1/tickets/{id}", "", policy.ReadTicket, OneTicket, func(c Call) string { return ticketPath(c, "") }),
		read("GET /api/v1/tickets/{id}", "at a moment", policy.ReadTicket, OneTicket, func(c Call) string { return ticketPath(c, "?at="+c.moment()) }),
		read("GET /api/v1/tickets/{id}/attachments/{attachment}", "", policy.ReadTicket, Attachment, func(c Call) string {
			return ticketPath(c, "/attachments/"+string(c.Ticket.File))
		}),
		read("GET /api/v1/tickets/{id}/playbook", "", policy.ReadTicket, Checks, func(c Call) string { return ticketPath(c, "/playbook") }),
		read("GET /api/v1/tickets/{id}/accesses", "", policy.ReadOwnAccesses, Accesses, func(c Call) string { return ticketPath(c, "/accesses") }),
		read("GET /api/v1/tickets/{id}/events", "", policy.ReadEvents, History, func(c Call) string { return ticketPath(c, "/events") }),
	}
}

// always returns the same move for every status.
func always(m ticket.Move) map[ticket.Status]ticket.Move {
	moves := map[ticket.Status]ticket.Move{}
	for _, s := range ticket.Statuses() {
		moves[s] = m
	}
	return moves
}

// apiActs lists the operations that change one ticket.
func apiActs() []Route {
	act := func(pattern, name string, action policy.Action, moves map[ticket.Status]ticket.Move, path string, body func(Call) fields) Route {
		return Route{Pattern: pattern, Case: name, Access: Role, Action: action, About: true, Moves: moves, Request: func(c Call) Request {
			if body == nil {
				return Request{Method: http.MethodPost, Path: ticketPath(c, path)}
			}
			return sendJSON(http.MethodPost, ticketPath(c, path), body(c))
		}}
	}
	update := func(name string, moves map[ticket.Status]ticket.Move, body func(Call) fields) Route {
		return act("POST /api/v1/tickets/{id}/updates", name, policy.UpdateTicket, moves, "/updates", body)
	}
	constant := func(body fields) func(Call) fields { return func(Call) fields { return body } }
	public := fields{"text": "Un testo", "visibility": "public"}
	return []Route{
		update("take", map[ticket.Status]ticket.Move{
			ticket.StatusNew: ticket.MoveTake, ticket.StatusHandedOver: ticket.MoveTake,
		}, constant(fields{"status": "in_lavorazione"})),
		update("resume", map[ticket.Status]ticket.Move{ticket.StatusWaiting: ticket.MoveResume, ticket.StatusResolved: ticket.MoveReopen, ticket.StatusClosed: ticket.MoveResume},
			constant(fields{"status": "in_lavorazione", "reason": "ha telefonato"})),
		update("recall", map[ticket.Status]ticket.Move{ticket.StatusHandedOver: ticket.MoveRecall},
			constant(fields{"status": "in_lavorazione", "reason": "si è trovato"})),
		update("note", always(ticket.MoveNote), constant(fields{"note": fields{"text": "Un appunto", "visibility": "internal"}})),
		update("ask", map[ticket.Status]ticket.Move{
			ticket.StatusNew: ticket.MoveAsk, ticket.StatusInProgress: ticket.MoveAsk, ticket.StatusHandedOver: ticket.MoveAsk, ticket.StatusResolved: ticket.MoveAsk,
		}, constant(fields{"status": "in_attesa_utente", "note": public})),
		update("resolve", map[ticket.Status]ticket.Move{
			ticket.StatusNew: ticket.MoveResolve, ticket.StatusInProgress: ticket.MoveResolve, ticket.StatusWaiting: ticket.MoveResolve,
			ticket.StatusHandedOver: ticket.MoveResolve, ticket.StatusClosed: ticket.MoveResolve,
		}, constant(fields{"status": "risolto", "note": public})),
		update("discard", map[ticket.Status]ticket.Move{ticket.StatusNew: ticket.MoveDiscard, ticket.StatusInProgress: ticket.MoveDiscard, ticket.StatusWaiting: ticket.MoveDiscard},
			constant(fields{"status": "risolto", "reason": "spam"})),
		update("unassign", always(ticket.MoveUnassign), constant(fields{"assignee": ""})),
		update("assign", always(ticket.MoveAssign), constant(fields{"assignee": "supervisori"})),
		update("reclassify", always(ticket.MoveReclassify), constant(fields{"service": "ritiro-documenti", "problem": "altro"})),
		update("escalate", map[ticket.Status]ticket.Move{
			ticket.StatusNew: ticket.MoveEscalate, ticket.StatusInProgress: ticket.MoveEscalate, ticket.StatusWaiting: ticket.MoveEscalate,
		}, constant(fields{"status": "non_di_competenza", "reason": "non_della_mia_azienda", "note": public})),
		update("redirect", map[ticket.Status]ticket.Move{
			ticket.StatusNew: ticket.MoveRedirect, ticket.StatusInProgress: ticket.MoveRedirect, ticket.StatusWaiting: ticket.MoveRedirect,
			ticket.StatusHandedOver: ticket.MoveRedirect, ticket.StatusResolved: ticket.MoveRedirect,
		}, constant(fields{"entity": Third, "note": public})),
		update("regional message", always(ticket.MoveRegionalMessage), constant(fields{"note": fields{"text": "Una domanda", "visibility": "regional"}})),
		act("POST /api/v1/tickets/{id}/undo", "", policy.UndoAct, always(ticket.MoveUndo), "/undo", nil),
		act("POST /api/v1/tickets/{id}/link-revocations", "", policy.UpdateTicket, always(ticket.MoveRevokeLinks), "/link-revocations", constant(fields{"reason": "è di un’altra persona"})),
		act("POST /api/v1/tickets/{id}/access", "", policy.UpdateTicket, always(ticket.MoveRestrictAccess), "/access", constant(fields{"restricted": true, "reason": "minaccia al personale"})),
		act("POST /api/v1/tickets/{id}/access", "lift", policy.UpdateTicket, always(ticket.MoveLiftRestriction), "/access", constant(fields{"restricted": false, "reason": "non serve più"})),
		act("POST /api/v1/tickets/{id}/contacts", "", policy.UpdateTicket, always(ticket.MoveCorrectContacts), "/contacts", constant(fields{"phone": "+39 011 1111111", "reason": "lo ha detto"})),
		act("POST /api/v1/tickets/{id}/representation-checks", "", policy.UpdateTicket, always(ticket.MoveCheckRepresentation), "/representation-checks",
			constant(fields{"outcome": "verified", "kind": "delega", "seen": "il documento", "act": "delega", "act_date": "2026-01-07"})),
		act("POST /api/v1/tickets/{id}/informed", "", policy.UpdateTicket, always(ticket.MoveInformCitizen), "/informed", constant(fields{"how": "telefono"})),
		act("POST /api/v1/tickets/{id}/playbook/answers", "", policy.UpdateTicket, always(ticket.MoveAnswerCheck), "/playbook/answers",
			constant(fields{"check": "referto-individuato", "answer": "no"})),
		act("POST /api/v1/tickets/{id}/replies", "", policy.ReplyToTicket, map[ticket.Status]ticket.Move{
			ticket.StatusNew: ticket.MoveAnswer, ticket.StatusInProgress: ticket.MoveAnswer, ticket.StatusWaiting: ticket.MoveAnswer,
			ticket.StatusHandedOver: ticket.MoveAnswer, ticket.StatusResolved: ticket.MoveNotSolved, ticket.StatusClosed: ticket.MoveAnswer,
		}, "/replies", constant(fields{"text": "Ecco"})),
	}
}
