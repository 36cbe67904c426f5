// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// formOf returns the form of a requester with an e-mail address and a tax code.
func formOf(email, taxCode string) fields {
	f := form(torino)
	f["requester"].(fields)["email"], f["requester"].(fields)["tax_code"] = email, taxCode
	return f
}

// Requests in the name of one e-mail address, or of one tax code, are bounded, with the same answer for both; others are not concerned.
func TestRequestsOfOneRequesterAreBounded(t *testing.T) {
	bound := formlimit.Bound{Count: 3, Window: time.Hour}
	w := newFixtureWithOptions(t, handlertest.Options{Forms: formlimit.Config{Email: bound, TaxCode: bound}})
	const anna, ugo, ada = "RSSMRA80A01H501U", "MRTMTT25D09F205Z", "RSSMRA85T10A562S"
	open := func(email, taxCode string) apiResponse {
		return w.anonymous().post("/api/v1/tickets", formOf(email, taxCode))
	}

	open("maria@example.org", anna).want(201)
	w.advance(10 * time.Minute)
	first := w.anonymous().post("/api/v1/tickets", formOf("Maria+uno@example.org", ugo), "Idempotency-Key", "k").want(201)
	open("MARIA@example.org", ada).want(201)
	byEmail := open("maria+due@example.org", "80087670016")
	byEmail.problem(429, "rate-limited", "Try again after")
	if got := byEmail.header.Get("Retry-After"); got != "3000" {
		t.Errorf("got Retry-After %s, want the 50 minutes that are left of the hour", got)
	}
	if again := w.anonymous().post("/api/v1/tickets", formOf("Maria+uno@example.org", ugo), "Idempotency-Key", "k").want(201); again.text("id") != first.text("id") {
		t.Error("a repetition over the bound did not get the first result")
	}
	open("ugo@example.org", "80087670016").want(201) // the refusals before did not use up its tax code

	for _, email := range []string{"a@example.org", "b@example.org"} {
		open(email, anna).want(201)
	}
	byTaxCode := open("c@example.org", "rssmra 80a01 h501u")
	byTaxCode.problem(429, "rate-limited", "Try again after")
	if string(byTaxCode.raw) != string(byEmail.raw) {
		t.Errorf("got %s, want the answer that the bound of an address gives: %s", byTaxCode.raw, byEmail.raw)
	}
	open("c@example.org", "xx").problem(422, "invalid", "requester.tax_code") // an invalid form is refused as ever, and not counted

	w.logIn("operatore", person.ASROperator, torino).post("/api/v1/tickets", formOf("maria@example.org", anna)).want(201) // who asks at the desk is known
	w.advance(50 * time.Minute)
	open("maria@example.org", anna).want(201)
}
