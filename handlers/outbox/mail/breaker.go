// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker"
	gomail "github.com/wneessen/go-mail"
)

// maxBreakerTimeout is the longest time that the circuit breaker stays open before it lets one mail try the relay.
const maxBreakerTimeout = time.Minute

// newBreaker returns the circuit breaker of the relay. It opens when the relay cannot be reached, so that an unreachable relay costs
// one time-out per period and not one per mail. Any answer of the relay, also a rejection, keeps it closed.
func newBreaker(retryDelay time.Duration) *gobreaker.CircuitBreaker {
	return gobreaker.NewCircuitBreaker(gobreaker.Settings{
		Name: "mail", Timeout: min(retryDelay, maxBreakerTimeout), MaxRequests: 1,
		ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= 1 },
	})
}

// isOpen reports whether the breaker is open: no mail is sent now.
func (s *Sender) isOpen() bool { return s.breaker.State() == gobreaker.StateOpen }

// send sends a mail to the relay. While the breaker is open the result is unreachable.
func (s *Sender) send(ctx context.Context, m *gomail.Msg) (result deliveryResult, err error) {
	_, refused := s.breaker.Execute(func() (any, error) {
		if result, err = s.Relay.send(ctx, m, s.Addresses.Domain(), s.Timeout); result == unreachable {
			return nil, err
		}
		return nil, nil
	})
	if errors.Is(refused, gobreaker.ErrOpenState) || errors.Is(refused, gobreaker.ErrTooManyRequests) {
		return unreachable, errors.New("the mail server cannot be reached: another attempt failed or is under way")
	}
	return result, err
}
