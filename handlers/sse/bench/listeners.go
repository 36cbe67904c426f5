// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// listeners are the clients of the open streams.
type listeners struct {
	entities map[catalog.EntityCode]bool // of the streams
	running  sync.WaitGroup

	mu       sync.Mutex
	received map[change][]time.Time
	err      error // of the first stream that ended by itself
}

// openAtOnce is the number of streams that are opened at the same time.
const openAtOnce = 50

// openStreams opens n streams and returns when each has got its first counts. The streams end with ctx.
func (c Config) openStreams(ctx context.Context, n int) (*listeners, error) {
	l := &listeners{entities: map[catalog.EntityCode]bool{}, received: map[change][]time.Time{}}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	var opening errgroup.Group
	opening.SetLimit(openAtOnce)
	for i := range n {
		a := c.Accounts[i%len(c.Accounts)]
		l.entities[a.Entity] = true
		opening.Go(func() error {
			response, err := c.do(ctx, client, http.MethodGet, "/api/v1/stream", a.Token, nil)
			if err != nil {
				return err
			}
			began := make(chan struct{})
			l.running.Go(func() {
				defer response.Body.Close()
				err := l.listen(bufio.NewScanner(response.Body), began)
				if ctx.Err() == nil {
					l.fail(err)
				}
			})
			select {
			case <-began:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return errors.New("a stream sends no counts")
			}
		})
	}
	if err := opening.Wait(); err != nil {
		return nil, fmt.Errorf("open streams: %w", err)
	}
	return l, nil
}

// listen reads a stream to its end. It closes began when the first counts have come.
func (l *listeners) listen(lines *bufio.Scanner, began chan struct{}) error {
	event, counted := "", false
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
			continue
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		switch {
		case !ok:
		case event == "counts" && !counted:
			counted = true
			close(began)
		case event == "ticket":
			var t struct{ ID, Type string }
			if err := json.Unmarshal([]byte(data), &t); err != nil {
				return fmt.Errorf("event ticket: %w", err)
			}
			l.add(change{t.ID, t.Type})
		case event == "end":
			return fmt.Errorf("a stream ended: %s", data)
		}
	}
	return errors.Join(errors.New("a stream ended"), lines.Err())
}

func (l *listeners) add(c change) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received[c] = append(l.received[c], now)
}

func (l *listeners) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

// wait waits until all streams have ended. It returns the error of one that ended before its context.
func (l *listeners) wait() error {
	l.running.Wait()
	return l.err
}

// delays returns the times from the start of each write to its events on the streams, and the number of writes that reached no stream of
// their entity.
func (l *listeners) delays(writes []write) (all []time.Duration, missing int) {
	for _, w := range writes {
		for _, at := range l.received[w.change] {
			all = append(all, at.Sub(w.start))
		}
		if l.entities[w.entity] && len(l.received[w.change]) == 0 {
			missing++
		}
	}
	return all, missing
}
