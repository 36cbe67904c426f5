// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sessions

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/sol-assistenza/sol/handlers/api/operation"
)

// KeyOptions are options for a security key.
type KeyOptions struct {
	ID      string         `json:"id,omitempty" doc:"Of the new factor"`
	Options map[string]any `json:"options" doc:"For navigator.credentials.create or get (WebAuthn), bytes as base64url"`
}

// KeyAnswer is the answer of a security key.
type KeyAnswer struct {
	Answer map[string]any `json:"answer" doc:"The PublicKeyCredential of navigator.credentials.create or get, as its toJSON gives it"`
}

type (
	keyOptionsOutput struct{ Body KeyOptions }
	keyAnswerInput   struct{ Body KeyAnswer }
	registerKeyInput struct {
		Factor string `path:"factor" format:"uuid"`
		Body   KeyAnswer
	}
)

// newKeyOptions returns the answer with options, which are JSON.
func newKeyOptions(id string, options []byte, err error) (*keyOptionsOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &keyOptionsOutput{Body: KeyOptions{ID: id}}
	if err := json.Unmarshal(options, &out.Body.Options); err != nil {
		return nil, fmt.Errorf("options of security key: %w", err)
	}
	return out, nil
}

// encode returns the answer of a key as JSON.
func (a KeyAnswer) encode() ([]byte, error) {
	data, err := json.Marshal(a.Answer)
	if err != nil {
		return nil, fmt.Errorf("answer of security key: %w", err)
	}
	return data, nil
}

// registerSecurityKeys adds the operations of security keys.
func (o Operations) registerSecurityKeys(r operation.Registry) {
	proof := func(id, method, summary, description string) operation.Operation {
		return operation.Operation{
			ID: id, Method: method, Path: "/api/v1/sessions/current/second-factor/security-key", Tag: "sessions", Summary: summary, Description: description,
			BeforeFactor: true, BeforeChange: true, LoginLimit: true, ErrorStatuses: []int{http.StatusNotFound},
		}
	}
	operation.Add(r, proof("challenge-security-key", http.MethodPost, "Get a challenge for a security key",
		"For a session whose second_factor is due. The challenge takes the place of the one before."),
		func(ctx context.Context, c operation.Caller, _ *struct{}) (*keyOptionsOutput, error) {
			options, err := o.Factors.BeginProof(ctx, c.Session)
			return newKeyOptions("", options, err)
		})
	operation.Add(r, proof("prove-security-key", http.MethodPut, "Give a security key as the second factor of a login",
		"The answer to the challenge, which takes one answer. The answer of this operation has a new token. A wrong answer counts as a failed log-in and is on record with its reason."),
		func(ctx context.Context, c operation.Caller, in *keyAnswerInput) (*sessionOutput, error) {
			answer, err := in.Body.encode()
			if err != nil {
				return nil, err
			}
			s, err := o.Factors.ProveKey(ctx, c.Session, from(c), answer)
			if err != nil {
				return nil, err
			}
			return newSessionOutput(s), nil
		})
	operation.Add(r, ownFactors("begin-security-key", http.MethodPost, "/security-keys", "Get a challenge for a new security key",
		"The key counts when it has answered the challenge. Keys are bound to the host of the public address; without https there are none."),
		func(ctx context.Context, c operation.Caller, in *newFactorInput) (*keyOptionsOutput, error) {
			setup, err := o.Factors.BeginKey(ctx, c.Session, from(c), in.Body.secrets(), in.Body.Name)
			return newKeyOptions(setup.ID, setup.Options, err)
		})
	operation.Add(r, ownFactors("register-security-key", http.MethodPost, "/{factor}/registration", "Register a security key with its answer",
		"From now on each log-in asks for a second factor. All sessions of the account end."),
		func(ctx context.Context, c operation.Caller, in *registerKeyInput) (*addedOutput, error) {
			answer, err := in.Body.encode()
			if err != nil {
				return nil, err
			}
			added, err := o.Factors.ConfirmKey(ctx, c.Session, in.Factor, answer)
			if err != nil {
				return nil, err
			}
			return &addedOutput{AddedFactor{newSessionOutput(added.Session).Body, added.RecoveryCodes}}, nil
		})
}
