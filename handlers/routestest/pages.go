// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"net/http"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// Pages lists every page and every action on a page.
func Pages() []Route {
	return slices.Concat(publicPages(), operatorPages(), ticketReads(), ticketActs(), citizenPages(), supervisorPages(), auditorPages(), adminPages())
}

// page returns a page that a role may open, at a fixed path or at its pattern's.
func page(pattern string, action policy.Action, looks Looks, path string) Route {
	return Route{Pattern: pattern, Access: Role, Action: action, Looks: looks, Request: fixed(path)}
}

// form returns a form that a role may send.
func form(pattern string, action policy.Action, looks Looks, path string, values ...string) Route {
	return Route{Pattern: pattern, Access: Role, Action: action, Looks: looks, Request: func(Call) Request { return postForm(path, values...) }}
}

// followed returns a form with the page to which its answer sends.
func followed(r Route) Route {
	send := r.Request
	r.Case, r.Request = "followed", func(c Call) Request {
		in := send(c)
		in.ThenGet = true
		return in
	}
	return r
}

// open returns a page or form for anyone, or for any session.
func open(pattern string, access Access, request func(Call) Request) Route {
	return Route{Pattern: pattern, Access: access, Request: request}
}

func publicPages() []Route {
	send := func(path string, values ...string) func(Call) Request {
		return func(Call) Request { return postForm(path, values...) }
	}
	return []Route{
		open("GET /{$}", Public, fixed("/")),
		open("GET /accesso", Public, fixed("/accesso")),
		{Pattern: "GET /allegati/{address}", Access: Public, Missing: true, Request: fixed("/allegati/nessuno")},
		open("POST /accesso", Public, func(c Call) Request {
			name := "cittadino"
			if c.Who.HasSession() {
				name = c.Who.Name
			}
			return postForm("/accesso", "utente", name, "password", handlertest.Password, "pin", handlertest.PIN)
		}),
		{Pattern: "GET /accesso/portale/{provider}", Access: Public, Missing: true, Request: fixed("/accesso/portale/nessuno")},
		{Pattern: "GET /accesso/certificato/{provider}", Access: Public, Missing: true, Request: fixed("/accesso/certificato/nessuno")},
		open("GET /accesso/ruolo", Session, fixed("/accesso/ruolo")),
		open("POST /accesso/ruolo", Session, func(c Call) Request {
			return postForm("/accesso/ruolo", "ruolo", string(c.Who.Actor.Role), "ente", string(c.Who.Actor.Entity))
		}),
		open("GET /accesso/credenziali", Session, fixed("/accesso/credenziali")),
		open("POST /accesso/credenziali", Session, send("/accesso/credenziali", "nuova", "a", "ripeti", "b")),
		open("GET /accesso/secondo-fattore", Session, fixed("/accesso/secondo-fattore")),
		open("POST /accesso/secondo-fattore", Session, send("/accesso/secondo-fattore")),
		open("GET /mio-account", Session, fixed("/mio-account")),
		open("POST /mio-account/app", Session, send("/mio-account/app")),
		open("POST /accesso/secondo-fattore/chiave", Session, send("/accesso/secondo-fattore/chiave")),
		open("POST /mio-account/chiave", Session, send("/mio-account/chiave")),
		{Pattern: "POST /mio-account/chiave/conferma", Access: Session, Missing: true, Request: send("/mio-account/chiave/conferma")},
		open("POST /mio-account/codici", Session, send("/mio-account/codici")),
		open("POST /mio-account/fattori/{factor}/togli", Session, send("/mio-account/fattori/"+unknownID+"/togli")),
		{Pattern: "POST /mio-account/app/conferma", Access: Session, Missing: true, Request: send("/mio-account/app/conferma")},
		{Pattern: "POST /mio-account/sessioni/fine", Access: Session, Missing: true, Request: send("/mio-account/sessioni/fine", "sessione", unknownID)},
		open("POST /uscita", Public, send("/uscita")),
		open("GET /uscita", Public, fixed("/uscita")),
		{Pattern: "GET /accesso/con/{provider}", Access: Public, Missing: true, Request: fixed("/accesso/con/nessuno")},
		{Pattern: "GET /accesso/con/{provider}/ritorno", Access: Public, Missing: true, Request: fixed("/accesso/con/nessuno/ritorno")},
		{Pattern: "POST /accesso/con/{provider}/uscita", Access: Public, Missing: true, Request: send("/accesso/con/nessuno/uscita")},
		{Pattern: "GET /eventi", Access: Role, Action: policy.SubscribeToChanges, Looks: Live, Request: func(Call) Request {
			return Request{Method: http.MethodGet, Path: "/eventi", Stream: true}
		}},
		open("GET /documentazione", Public, fixed("/documentazione")),
		open("GET /privacy", Public, fixed("/privacy")),
		open("GET /informativa", Public, fixed("/informativa?parte=1")),
		open("GET /accessibilita", Public, fixed("/accessibilita")),
		open("GET /assistenza", Public, fixed("/assistenza")),
		open("GET /assistenza/{service}", Public, fixed("/assistenza/ritiro-documenti")),
		{Pattern: "POST /assistenza/{service}", Access: Public, LogInAgain: true, Request: send("/assistenza/ritiro-documenti")}, // incomplete; whoever has another role sends it as nobody
		open("POST /assistenza/controllo", Public, send("/assistenza/controllo", "campo", "cf", "valore", "RSSMRA85T10A562S")),
		{Pattern: "GET /assistenza/inviata/{opened}", Access: Public, Missing: true, Request: func(c Call) Request {
			return get("/assistenza/inviata/" + string(c.Ticket.ID) + ".AAAA") // not the address that was given to who sent the request
		}},
	}
}

func operatorPages() []Route {
	return []Route{
		page("GET /notifiche", policy.ReadNotifications, Notifications, "/notifiche"),
		page("GET /notifiche/ultime", policy.ReadNotifications, Notifications, "/notifiche/ultime"),
		form("POST /notifiche", policy.ReadNotifications, Nothing, "/notifiche"),
		{Pattern: "POST /notifiche/{id}", Access: Role, Action: policy.ReadNotifications, Missing: true, Request: func(Call) Request {
			return postForm("/notifiche/" + unknownID)
		}},
		page("GET /cerca", policy.SearchTickets, Search, "/cerca"),
		form("POST /cerca", policy.SearchTickets, Nothing, "/cerca", "q", "fittizia"),
		followed(form("POST /cerca", policy.SearchTickets, Search, "/cerca", "q", "fittizia")),
		form("POST /cerca/suggerimenti", policy.SearchTickets, Search, "/cerca/suggerimenti", "q", "fittizia"),
		page("GET /code/{queue}", policy.SearchTickets, List, "/code/tutte"),
		form("POST /code/{queue}", policy.SearchTickets, Nothing, "/code/tutte", "q", "fittizia"),
		followed(form("POST /code/{queue}", policy.SearchTickets, Search, "/code/tutte", "q", "fittizia")),
		form("POST /code/{queue}/insieme", policy.UpdateTicket, Nothing, "/code/tutte/insieme"),
		form("POST /code/{queue}/insieme/annulla", policy.UndoAct, Nothing, "/code/tutte/insieme/annulla"),
	}
}

// onTicket returns the path of the operators' page of a ticket.
func onTicket(c Call, rest string) string { return "/ticket/" + string(c.Ticket.ID) + rest }

func ticketReads() []Route {
	read := func(pattern, name string, looks Looks, path func(Call) string) Route {
		return Route{Pattern: pattern, Case: name, Access: Role, Action: policy.OpenTicketPage, Looks: looks, About: true, Request: func(c Call) Request { return get(path(c)) }}
	}
	return []Route{
		read("GET /ticket/{id}", "", OneTicket, func(c Call) string { return onTicket(c, "") }),
		{
			Pattern: "GET /ticket/{id}/allegati/{file}", Access: Role, Action: policy.OpenTicketPage, Looks: Attachment, About: true,
			Request: func(c Call) Request {
				return Request{Method: http.MethodGet, Path: onTicket(c, "/allegati/"+string(c.Ticket.File)), ThenGet: true}
			},
		},
		read("GET /ticket/{id}/allegati/{file}/anteprima", "", Preview, func(c Call) string {
			return onTicket(c, "/allegati/"+string(c.Ticket.File)+"/anteprima")
		}),
	}
}

func ticketActs() []Route {
	act := func(pattern, name string, action policy.Action, moves map[ticket.Status]ticket.Move, path string, values ...string) Route {
		return Route{Pattern: pattern, Case: name, Access: Role, Action: action, About: true, Moves: moves, Request: func(c Call) Request {
			return postForm(onTicket(c, path), append(values[:len(values):len(values)], "versione", c.seenVersion())...)
		}}
	}
	return []Route{
		act("POST /ticket/{id}", "note", policy.UpdateTicket, always(ticket.MoveNote), "", "testo", "Un appunto", "visibilita", "internal"),
		act("POST /ticket/{id}", "resolve", policy.UpdateTicket, map[ticket.Status]ticket.Move{
			ticket.StatusNew: ticket.MoveResolve, ticket.StatusInProgress: ticket.MoveResolve, ticket.StatusWaiting: ticket.MoveResolve,
			ticket.StatusHandedOver: ticket.MoveResolve, ticket.StatusClosed: ticket.MoveResolve,
		}, "", "stato", "risolto", "testo", "Ora si trova", "visibilita", "public"),
		act("POST /ticket/{id}", "redirect", policy.UpdateTicket, map[ticket.Status]ticket.Move{
			ticket.StatusInProgress: ticket.MoveRedirect, ticket.StatusWaiting: ticket.MoveRedirect, ticket.StatusHandedOver: ticket.MoveRedirect,
		}, "", "stato", "inoltra", "ente", string(Third), "testo", "È vostro", "visibilita", "public"),
		act("POST /ticket/{id}/bozza", "", policy.KeepDraft, nil, "/bozza", "testo", "Una bozza"),
		act("POST /ticket/{id}/presenza", "", policy.ShowPresence, nil, "/presenza", "scrive", "1"),
		act("POST /ticket/{id}/collegamenti", "", policy.UpdateTicket, always(ticket.MoveRevokeLinks), "/collegamenti", "motivo-collegamenti", "è di un’altra persona"),
		act("POST /ticket/{id}/accesso", "", policy.UpdateTicket, always(ticket.MoveRestrictAccess), "/accesso", "ristretto", "1", "motivo-accesso", "minaccia al personale"),
		act("POST /ticket/{id}/accesso", "lift", policy.UpdateTicket, always(ticket.MoveLiftRestriction), "/accesso", "motivo-accesso", "non serve più"),
		act("POST /ticket/{id}/annulla", "", policy.UndoAct, always(ticket.MoveUndo), "/annulla"),
		act("POST /ticket/{id}/recapiti", "", policy.UpdateTicket, always(ticket.MoveCorrectContacts), "/recapiti",
			"email", "prova@example.org", "telefono", "+39 011 1111111", "motivo", "lo ha detto"),
		act("POST /ticket/{id}/rappresentanza", "", policy.UpdateTicket, always(ticket.MoveCheckRepresentation), "/rappresentanza",
			"esito", "verified", "tipo", "delega", "visto", "il documento", "atto", "delega", "data", "2026-01-07"),
		act("POST /ticket/{id}/comunicato", "", policy.UpdateTicket, always(ticket.MoveInformCitizen), "/comunicato", "come", "telefono"),
	}
}

// ownTicket returns the path of the citizen's page of a ticket.
func ownTicket(c Call, rest string) string { return "/richieste/" + string(c.Ticket.ID) + rest }

// byLink returns the path of the citizen's page of a ticket by the personal link if the caller has one to it.
func byLink(c Call) string {
	if c.Who.Link == c.Ticket.ID {
		return "/richieste/" + c.Who.Token
	}
	return ownTicket(c, "")
}

func citizenPages() []Route {
	return []Route{
		page("GET /richieste", policy.ReplyToTicket, List, "/richieste"),
		form("POST /richieste/preferenze", policy.ChoosePreferences, Nothing, "/richieste/preferenze", "avvisi", "1"),
		{
			Pattern: "GET /richieste/{link}", Access: Holder, Action: policy.ReplyToTicket, Looks: OneTicket, About: true,
			Request: func(c Call) Request { return get(ownTicket(c, "")) },
		},
		{
			Pattern: "GET /richieste/{link}", Case: "by the personal link", Access: Holder, Action: policy.ReplyToTicket, Looks: OneTicket, About: true,
			Request: func(c Call) Request { return Request{Method: http.MethodGet, Path: byLink(c), ThenGet: true} },
		},
		{
			Pattern: "POST /richieste/{link}", Access: Holder, Action: policy.ReplyToTicket, About: true, Moves: map[ticket.Status]ticket.Move{
				ticket.StatusNew: ticket.MoveAnswer, ticket.StatusInProgress: ticket.MoveAnswer, ticket.StatusWaiting: ticket.MoveAnswer,
				ticket.StatusHandedOver: ticket.MoveAnswer, ticket.StatusResolved: ticket.MoveNotSolved, ticket.StatusClosed: ticket.MoveAnswer,
			},
			Request: func(c Call) Request {
				return postForm(ownTicket(c, ""), "testo", "Ecco", "esito", "non_risolto", "visto", string(c.Ticket.State.Status))
			},
		},
		{
			Pattern: "GET /richieste/{link}/allegati/{file}", Access: Holder, Action: policy.ReplyToTicket, Looks: Attachment, About: true,
			Request: func(c Call) Request {
				return Request{Method: http.MethodGet, Path: ownTicket(c, "/allegati/"+string(c.Ticket.File)), ThenGet: true}
			},
		},
		{
			Pattern: "GET /richieste/{link}/consultazioni", Access: Role, Action: policy.ReadOwnAccesses, Looks: Accesses, About: true,
			Request: func(c Call) Request { return get("/richieste/" + string(c.Ticket.ID) + "/consultazioni") },
		},
		{
			Pattern: "GET /richieste/{link}/consultazioni.csv", Access: Role, Action: policy.ReadOwnAccesses, Looks: Accesses, About: true,
			Request: func(c Call) Request { return get("/richieste/" + string(c.Ticket.ID) + "/consultazioni.csv") },
		},
	}
}

func supervisorPages() []Route {
	return []Route{
		page("GET /cruscotto", policy.ReadFigures, Figures, "/cruscotto"),
		page("GET /cruscotto/dati/{sheet}", policy.ReadFigures, Figures, "/cruscotto/dati/stati.csv"),
		page("GET /cruscotto/elenco", policy.ReadFigures, List, "/cruscotto/elenco?cifra=aperte"),
		page("GET /cruscotto/elenco.csv", policy.ExportTickets, Export, "/cruscotto/elenco.csv?cifra=aperte"),
	}
}

func auditorPages() []Route {
	of := func(pattern string, action policy.Action, looks Looks, rest string) Route {
		return Route{Pattern: pattern, Access: Role, Action: action, Looks: looks, About: true, Request: func(c Call) Request {
			return get("/revisione/" + string(c.Ticket.ID) + rest)
		}}
	}
	return []Route{
		page("GET /revisione", policy.ReadEvents, List, "/revisione"),
		form("POST /revisione", policy.ReadEvents, Search, "/revisione", "q", "fittizia"),
		{Pattern: "GET /revisione/coda", Access: Role, Action: policy.ReadEvents, Looks: List, Request: func(c Call) Request {
			of := Former
			if own := c.Who.Actor.Entity; own != "" && own != catalog.Region {
				of = own
			}
			return get("/revisione/coda?ente=" + string(of))
		}},
		page("GET /revisione/ruoli", policy.ReadAccountChanges, Nothing, "/revisione/ruoli"),
		page("GET /revisione/chiavi", policy.ReadKeys, Nothing, "/revisione/chiavi"),
		page("GET /revisione/accessi", policy.ReadAccountChanges, Nothing, "/revisione/accessi"),
		page("GET /revisione/letture-insolite", policy.ReadUnusual, Accesses, "/revisione/letture-insolite"),
		{Pattern: "POST /revisione/letture-insolite/{finding}", Access: Role, Action: policy.ReadUnusual, Missing: true, Request: func(Call) Request {
			return postForm("/revisione/letture-insolite/1", "esito", "Verificato con il reparto")
		}},
		page("GET /revisione/consultazioni", policy.SearchAccesses, Accesses, "/revisione/consultazioni?dal="),
		page("GET /revisione/consultazioni.csv", policy.SearchAccesses, Accesses, "/revisione/consultazioni.csv"),
		page("GET /revisione/persone-coinvolte", policy.ReportAccesses, Accesses, "/revisione/persone-coinvolte?dal=2026-01-01&al=2026-01-02"),
		page("GET /revisione/persone-coinvolte.csv", policy.ReportAccesses, Accesses, "/revisione/persone-coinvolte.csv?dal=2026-01-01&al=2026-01-02"),
		of("GET /revisione/{id}", policy.ReadEvents, History, ""),
		of("GET /revisione/{id}/fascicolo.html", policy.TakeDossier, Dossier, "/fascicolo.html"),
		of("GET /revisione/{id}/fascicolo.json", policy.TakeDossier, Dossier, "/fascicolo.json"),
		of("GET /revisione/{id}/accessi", policy.ReadAccesses, Accesses, "/accessi"),
		of("GET /revisione/{id}/accessi.csv", policy.ReadAccesses, Accesses, "/accessi.csv"),
	}
}

func adminPages() []Route {
	const base = "/amministrazione"
	read := func(pattern, path string) Route {
		return page("GET "+base+pattern, policy.Administer, Nothing, base+path)
	}
	same := func(path string) Route { return read(path, path) }
	send := func(pattern, path string, values ...string) Route {
		return form("POST "+base+pattern, policy.Administer, Nothing, base+path, values...)
	}
	ofAccount := func(rest string) Route {
		return Route{Pattern: "POST " + base + "/persone/{account}" + rest, Access: Role, Action: policy.Administer, Missing: true, Request: func(Call) Request {
			return postForm(base + "/persone/" + unknownID + rest)
		}}
	}
	sendAccount := func(rest string) Route { // without its fields
		return Route{Pattern: "POST " + base + "/persone/{account}" + rest, Access: Role, Action: policy.Administer, Request: func(c Call) Request {
			return postForm(base + "/persone/" + c.System.Person("operatore-asr-010301").Actor.ID + rest)
		}}
	}
	ofRequest := func(rest string) Route {
		return Route{Pattern: "POST " + base + "/conferme/{request}" + rest, Access: Role, Action: policy.Administer, Missing: true, Request: func(Call) Request {
			return postForm(base + "/conferme/" + unknownID + rest)
		}}
	}
	return []Route{
		same(""), same("/diritti"), same("/enti"), same("/catalogo"), same("/calendari"), same("/procedure"), read("/procedure/{playbook}", "/procedure/referto-non-trovato"),
		same("/elaborazioni"), same("/automatismi"), read("/automatismi/{saga}", "/automatismi/auto-close"), send("/automatismi/{saga}", "/automatismi/auto-close"),
		same("/messaggi"), send("/messaggi/riprova", "/messaggi/riprova"), same("/accordi"), same("/informative"), send("/informative", "/informative"), send("/accordi", "/accordi"), send("/accordi/fine", "/accordi/fine"),
		same("/chiavi"), send("/chiavi", "/chiavi"),
		{Pattern: "POST " + base + "/chiavi/{token}/revoca", Access: Role, Action: policy.Administer, Missing: true, Request: func(Call) Request {
			return postForm(base + "/chiavi/" + unknownID + "/revoca")
		}},
		same("/identita"),
		{Pattern: "POST " + base + "/identita/conferma", Access: Role, Action: policy.Administer, Missing: true, Request: func(Call) Request {
			return postForm(base+"/identita/conferma", "servizio", "nessuno")
		}},
		same("/persone"), same("/persone/nuova"), send("/persone/nuova", "/persone/nuova"),
		{Pattern: "GET " + base + "/persone/{account}", Access: Role, Action: policy.Administer, Request: func(c Call) Request {
			return get(base + "/persone/" + c.System.Person("operatore-asr-010301").Actor.ID)
		}},
		ofAccount("/ruoli"), ofAccount("/ruoli/fine"), ofAccount("/sblocca"), ofAccount("/credenziali"), ofAccount("/disattiva"), ofAccount("/sessioni/fine"), ofAccount("/fattori"),
		sendAccount("/identita"), ofAccount("/identita/fine"),
		same("/conferme"), ofRequest("/conferma"), ofRequest("/rifiuta"), ofRequest("/ritira"), ofRequest("/verifica"),
	}
}
