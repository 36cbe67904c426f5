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

// Permanent marks an error that no retry can help: the message goes to the poison queue at once.
func Permanent(err error) error { return backoff.Permanent(err) }

// isUnavailable reports whether an error says that the handler's breaker is open or a database is unavailable. Such an error is not the
// message's fault.
func isUnavailable(err error) bool {
	return errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) || eventstore.IsUnavailable(err)
}

// newBreaker returns a handler's circuit breaker. It opens after five consecutive failures for BreakerTimeout, and then lets one message
// try the handler.
func (r *Router) newBreaker(name string) middleware.CircuitBreaker {
	return middleware.NewCircuitBreaker(gobreaker.Settings{
		Name: name, Timeout: r.BreakerTimeout,
		ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= 5 },
		IsSuccessful: func(err error) bool {
			var p *backoff.PermanentError
			return err == nil || errors.As(err, &p) // a permanent error is the message's fault, not the handler's
		},
		OnStateChange: func(name string, _, to gobreaker.State) {
			r.Log.Warn("outbox circuit breaker changed state", "handler", name, "state", to.String())
		},
	})
}

// newRetry returns the middleware that retries a message at most MaxRetries times.
func (r *Router) newRetry() middleware.Retry {
	return middleware.Retry{
		MaxRetries: r.MaxRetries, InitialInterval: r.RetryDelay, MaxInterval: 30 * time.Second, Multiplier: 2, RandomizationFactor: 0.2,
		Logger: r.logger(), // no ShouldRetry: with one, watermill 1.5.1 doubles the pauses twice
	}
}

// maxAvailabilityPause is the longest pause before a waiting message is tried again. A try costs little, since an open breaker answers at
// once.
const maxAvailabilityPause = 5 * time.Second

// waitWhileUnavailable keeps a message waiting while its handler or the handler's database is unavailable. The message keeps its position
// in the order and uses up no retries, until its context ends.
func (r *Router) waitWhileUnavailable(h message.HandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) {
		pauses := &backoff.ExponentialBackOff{InitialInterval: r.RetryDelay, Multiplier: 2, MaxInterval: maxAvailabilityPause}
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
