// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// change identifies an event that streams are told.
type change struct{ ticket, kind string }

// write is one act: when the request began, and the event that it causes at an entity.
type write struct {
	start  time.Time
	change change
	entity catalog.EntityCode
}

// write opens a ticket and takes it, at one entity after another, at an even pace.
func (c Config) write(ctx context.Context, until time.Time) (writes []write, err error) {
	tick := time.NewTicker(time.Second / time.Duration(c.WritesPerSecond))
	defer tick.Stop()
	for i := 0; time.Now().Before(until); i++ {
		by := c.Accounts[i/2%len(c.Accounts)]
		w := write{start: time.Now(), entity: by.Entity, change: change{kind: "opened"}}
		if i%2 == 0 {
			w.change.ticket, err = c.openTicket(ctx, by.Entity)
		} else {
			w.change = change{writes[i-1].change.ticket, "taken"}
			_, err = c.send(ctx, http.MethodPost, "/api/v1/tickets/"+w.change.ticket+"/updates", by.Token, map[string]any{"status": "in_lavorazione"})
		}
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return writes, nil
}

// openTicket opens a ticket with the public form and returns its id.
func (c Config) openTicket(ctx context.Context, at catalog.EntityCode) (id string, err error) {
	body, err := c.send(ctx, http.MethodPost, "/api/v1/tickets", "", map[string]any{
		"service": "ritiro-documenti", "problem": "altro", "entity": at, "description": "Misura degli aggiornamenti",
		"requester": map[string]any{
			"role": "cittadino", "given_name": "Maria", "family_name": "Finzione", "tax_code": "RSSMRA80A01H501U",
			"email": "maria@example.org", "phone": "+39 011 0000000",
		},
	})
	if err != nil {
		return "", err
	}
	var opened struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &opened); err != nil {
		return "", fmt.Errorf("open ticket: %w", err)
	}
	return opened.ID, nil
}

// send sends a request and returns the body of its response. Another status than 2xx is an error.
func (c Config) send(ctx context.Context, method, path, token string, content any) ([]byte, error) {
	var body io.Reader
	if content != nil {
		text, err := json.Marshal(content)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(text)
	}
	response, err := c.do(ctx, http.DefaultClient, method, path, token, body)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return answer, nil
}

// do sends a request. The caller closes the response's body.
func (c Config) do(ctx context.Context, client *http.Client, method, path, token string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.Address+path, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode/100 != 2 {
		answer, _ := io.ReadAll(io.LimitReader(response.Body, 1000)) // it only explains the status
		_ = response.Body.Close()
		return nil, fmt.Errorf("%s %s answers %d: %s", method, path, response.StatusCode, answer)
	}
	return response, nil
}
