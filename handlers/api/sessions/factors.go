// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sessions

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/handlers/api/operation"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
)

// FactorCode holds a code of an application, or a recovery code.
type FactorCode struct {
	Code string `json:"code" maxLength:"20" doc:"Six digits of the application, or a recovery code. Each counts once"`
}

// OwnSecrets holds the password and PIN in use, which confirm that the person is there.
type OwnSecrets struct {
	Password string `json:"password" maxLength:"200"`
	PIN      string `json:"pin" maxLength:"20"`
}

// NewFactor asks for a second factor.
type NewFactor struct {
	OwnSecrets
	Name string `json:"name" minLength:"1" maxLength:"60" doc:"By which the person recognises the factor"`
}

// TOTPSecret is the secret of an application. It is shown once, and counts when a code of it has confirmed it.
type TOTPSecret struct {
	ID     string `json:"id"`
	Secret string `json:"secret" doc:"Base32"`
	URI    string `json:"uri" doc:"otpauth://… (RFC 6238: SHA-1, six digits, 30 seconds)"`
}

// AddedFactor is the result of a new second factor.
type AddedFactor struct {
	Session       SessionState `json:"session" doc:"All sessions of the account have ended; this one goes on with a new token"`
	RecoveryCodes []string     `json:"recovery_codes,omitempty" doc:"With the first factor: each stands for it once. They are shown once"`
}

// RecoveryCodes are codes that stand for a second factor, each once.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recovery_codes" doc:"They are shown once, and take the place of those before"`
}

type (
	factorCodeInput    struct{ Body FactorCode }
	ownSecretsInput    struct{ Body OwnSecrets }
	newFactorInput     struct{ Body NewFactor }
	factorsOutput      struct{ Body secondfactor.Overview }
	totpOutput         struct{ Body TOTPSecret }
	addedOutput        struct{ Body AddedFactor }
	recoveryOutput     struct{ Body RecoveryCodes }
	confirmFactorInput struct {
		Factor string `path:"factor" format:"uuid"`
		Body   FactorCode
	}
	removeFactorInput struct {
		Factor string `path:"factor" format:"uuid"`
		Body   OwnSecrets
	}
)

func (s OwnSecrets) secrets() accounts.Secrets {
	return accounts.Secrets{Password: s.Password, PIN: s.PIN}
}

// ownFactors returns the operation of a person on their own second factors. It has the request limit of logins if it takes secrets.
func ownFactors(id, method, path, summary, description string) operation.Operation {
	return operation.Operation{
		ID: id, Method: method, Path: "/api/v1/sessions/current/factors" + path, Tag: "sessions", Summary: summary, Description: description,
		BeforeSetup: true, LoginLimit: method != http.MethodGet, ErrorStatuses: []int{http.StatusNotFound},
	}
}

// registerFactors adds the operations of second factors of local accounts.
func (o Operations) registerFactors(r operation.Registry) {
	operation.Add(r, operation.Operation{
		ID: "prove-second-factor", Method: http.MethodPut, Path: "/api/v1/sessions/current/second-factor", Tag: "sessions",
		Summary:      "Give the second factor of a login",
		Description:  "For a session whose second_factor is due; it can do nothing else but end, and ends by itself after ten minutes. The answer has a new token. A wrong code counts as a failed log-in.",
		BeforeFactor: true, BeforeChange: true, LoginLimit: true,
	}, func(ctx context.Context, c operation.Caller, in *factorCodeInput) (*sessionOutput, error) {
		s, err := o.Factors.Prove(ctx, c.Session, from(c), in.Body.Code)
		if err != nil {
			return nil, err
		}
		return newSessionOutput(s), nil
	})
	operation.Add(r, ownFactors("list-second-factors", http.MethodGet, "", "One's second factors", "Of the local account: applications, security keys, and how many recovery codes are left."),
		func(ctx context.Context, c operation.Caller, _ *struct{}) (*factorsOutput, error) {
			all, err := o.Factors.List(ctx, c.Session.Account)
			return &factorsOutput{all}, err
		})
	operation.Add(r, ownFactors("begin-totp", http.MethodPost, "/totp", "Make the secret of an application", "It counts when a code of it has confirmed it."),
		func(ctx context.Context, c operation.Caller, in *newFactorInput) (*totpOutput, error) {
			setup, err := o.Factors.BeginTOTP(ctx, c.Session, from(c), in.Body.secrets(), in.Body.Name)
			return &totpOutput{TOTPSecret{ID: setup.ID, Secret: setup.Secret, URI: setup.URI}}, err
		})
	operation.Add(r, ownFactors("confirm-totp", http.MethodPost, "/{factor}/confirmation", "Confirm an application with a code of it", "From now on each log-in asks for a second factor. All sessions of the account end."),
		func(ctx context.Context, c operation.Caller, in *confirmFactorInput) (*addedOutput, error) {
			added, err := o.Factors.ConfirmTOTP(ctx, c.Session, in.Factor, in.Body.Code)
			if err != nil {
				return nil, err
			}
			return &addedOutput{AddedFactor{newSessionOutput(added.Session).Body, added.RecoveryCodes}}, nil
		})
	operation.Add(r, ownFactors("remove-second-factor", http.MethodPost, "/{factor}/removal", "Remove a second factor", "With the last one the recovery codes go too."),
		func(ctx context.Context, c operation.Caller, in *removeFactorInput) (*factorsOutput, error) {
			if err := o.Factors.Remove(ctx, c.Session, from(c), in.Body.secrets(), in.Factor); err != nil {
				return nil, err
			}
			all, err := o.Factors.List(ctx, c.Session.Account)
			return &factorsOutput{all}, err
		})
	operation.Add(r, ownFactors("renew-recovery-codes", http.MethodPost, "/recovery-codes", "New recovery codes", "For an account with a second factor."),
		func(ctx context.Context, c operation.Caller, in *ownSecretsInput) (*recoveryOutput, error) {
			codes, err := o.Factors.NewRecoveryCodes(ctx, c.Session, from(c), in.Body.secrets())
			return &recoveryOutput{RecoveryCodes{codes}}, err
		})
	o.registerSecurityKeys(r)
}
