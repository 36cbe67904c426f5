// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"errors"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/cenkalti/backoff/v5"
	"github.com/sony/gobreaker"

	"github.com/sol-assistenza/sol/eventstore"
)

// Permanent marks an error that sends its message to the poison queue at once: it will not get better by itself.
func Permanent(err error) error { return backoff.Permanent(err) }

// isUnavailable tells that the door, or the database behind it, is not there: nothing is said against the message.
func isUnavailable(err error) bool {
	return errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) || eventstore.IsUnavailable(err)
}

// newBreaker leaves a door alone that failed five times in a row, and then lets one message try it.
func (b *Router) newBreaker(name string) middleware.CircuitBreaker {
	return middleware.NewCircuitBreaker(gobreaker.Settings{
		Name: name, Timeout: b.BreakerTimeout,
		ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= 5 },
		IsSuccessful: func(err error) bool {
			var p *backoff.PermanentError
			return err == nil || errors.As(err, &p) // the message's fault, not the door's
		},
		OnStateChange: func(name string, _, to gobreaker.State) {
			b.Log.Warn("outbox circuit breaker changed state", "handler", name, "state", to.String())
		},
	})
}

// newRetry tries again what may have been the message's fault, so many times.
func (b *Router) newRetry() middleware.Retry {
	return middleware.Retry{
		MaxRetries: b.MaxRetries, InitialInterval: b.RetryDelay, MaxInterval: 30 * time.Second, Multiplier: 2, RandomizationFactor: 0.2,
		Logger: b.logger(), // and no ShouldRetry: with one, watermill 1.5.1 doubles the pauses twice over
	}
}

// maxAvailabilityPause is the longest pause before a waiting message is tried again. An open breaker answers at once, so a try costs
// little.
const maxAvailabilityPause = 5 * time.Second

// waitWhileUnavailable keeps a message waiting while its handler, or the database behind it, is unavailable: the message keeps its
// place and uses up none of its retries. At its deadline it is delivered again, with all its retries.
func (b *Router) waitWhileUnavailable(h message.HandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) {
		pauses := &backoff.ExponentialBackOff{InitialInterval: b.RetryDelay, Multiplier: 2, MaxInterval: maxAvailabilityPause}
		for {
			out, err := h(m)
			if err == nil || !isUnavailable(err) {
				return out, err
			}
			pause := time.NewTimer(pauses.NextBackOff())
			select {
			case <-pause.C:
			case <-m.Context().Done():
				pause.Stop()
				return nil, errors.Join(err, m.Context().Err())
			}
		}
	}
}
