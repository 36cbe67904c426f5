// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/sony/gobreaker"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// System configures the connected systems of an entity.
type System struct {
	URL       string `json:"url"`                  // base address; {entity} in it stands for the entity's code
	TokenFile string `json:"token_file,omitempty"` // path of a file that contains the bearer token
	AllowHTTP bool   `json:"allow_http,omitempty"` // questions, which hold personal data, may leave without TLS
}

// Systems configures connected systems by entity; "*" is for entities without an entry.
type Systems map[catalog.EntityCode]System

// ReadSystems reads a JSON file, named by SOL_CONNECTORS. It returns an error for unknown keys, addresses other than https:// with a host,
// or http:// where the file allows it, and unknown entities.
func ReadSystems(path string) (Systems, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("connectors: %w", err)
	}
	var all Systems
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("connectors: %s: %w", path, err)
	}
	for code, s := range all {
		u, err := url.Parse(s.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("connectors: %s: %s: url: want https:// and a host", path, code)
		}
		if u.Scheme == "http" && !s.AllowHTTP {
			return nil, fmt.Errorf(`connectors: %s: %s: url: want https://; with "allow_http": true, tax codes leave without encryption`, path, code)
		}
		if _, known := catalog.Default().Entity(code); !known && code != "*" {
			return nil, fmt.Errorf("connectors: %s: there is no entity %s", path, code)
		}
	}
	return all, nil
}

// errNoAnswer reports status 404: the system works and has no information.
var errNoAnswer = errors.New("the system has no information")

// errBreakerOpen reports that no request was made because the circuit breaker is open.
var errBreakerOpen = errors.New("the circuit breaker of the system is open after repeated failures")

// system asks the connected systems of one entity. slots limits simultaneous questions.
type system struct {
	config  Config
	url     string
	token   string
	breaker *gobreaker.CircuitBreaker
	slots   chan struct{}
}

func newSystem(c Config, entity catalog.EntityCode, url, token string) *system {
	sys := &system{config: c, url: strings.ReplaceAll(strings.TrimSuffix(url, "/"), "{entity}", string(entity)), token: token, slots: make(chan struct{}, c.MaxConcurrent)}
	sys.breaker = gobreaker.NewCircuitBreaker(gobreaker.Settings{
		Name: string(entity), Timeout: c.BreakerTimeout, MaxRequests: 1,
		ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= c.MaxFailures },
		IsSuccessful: func(err error) bool {
			return err == nil || errors.Is(err, errNoAnswer) || errors.Is(err, errInvalidAnswer) // the system answered, so it is available
		},
		OnStateChange: func(_ string, _, to gobreaker.State) { c.metrics.setBreaker(entity, to) },
	})
	c.metrics.setBreaker(entity, gobreaker.StateClosed)
	return sys
}

// ask waits for a free slot and makes a request, with retries after failures that may be temporary. It returns errNoAnswer,
// errInvalidAnswer, errBreakerOpen, the context's error or the error of the last request.
func (s *system) ask(ctx context.Context, q playbook.Query, r Request) (Answer, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
	delays := &backoff.ExponentialBackOff{InitialInterval: s.config.RetryDelay, Multiplier: 2, MaxInterval: time.Minute, RandomizationFactor: 0.5}
	return backoff.Retry(ctx, func() (Answer, error) { return s.try(ctx, q, r) },
		backoff.WithBackOff(delays), backoff.WithMaxTries(uint(1+max(0, s.config.MaxRetries))), backoff.WithMaxElapsedTime(0))
}

// try makes one request unless the circuit breaker is open. It marks errors as permanent if a retry cannot help.
func (s *system) try(ctx context.Context, q playbook.Query, r Request) (a Answer, err error) {
	_, err = s.breaker.Execute(func() (any, error) {
		a, err = s.send(ctx, q, r)
		return nil, err
	})
	switch {
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		return a, backoff.Permanent(errBreakerOpen)
	case errors.Is(err, errNoAnswer), errors.Is(err, errInvalidAnswer):
		return a, backoff.Permanent(err)
	}
	return a, err
}

// send makes one request. Its errors are logged, so they contain no data of the request.
func (s *system) send(ctx context.Context, q playbook.Query, r Request) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	body, err := json.Marshal(r)
	if err != nil {
		return Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/"+string(q), bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "sol") // otherwise Go would name itself
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := s.config.Client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() {
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer)) // so that the connection can be reused
		_ = response.Body.Close()
	}()
	switch response.StatusCode {
	case http.StatusOK:
		return decodeAnswer(q, response.Body)
	case http.StatusNotFound:
		return Answer{}, errNoAnswer
	default:
		return Answer{}, fmt.Errorf("got status %d", response.StatusCode)
	}
}
