// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// ListReadModels returns the status of every read model.
func (s *Service) ListReadModels(ctx context.Context) ([]readmodel.Status, error) {
	return projections.NewRunner(s.Store).List(ctx)
}

// ListSagas returns the status of every saga.
func (s *Service) ListSagas(ctx context.Context) ([]runtime.SagaStatus, error) {
	return runtime.ListSagas(ctx, s.Store.Pools().Read)
}

// SimulateSaga replays the log against a saga with the settings of another catalogue, as runtime.Simulate.
// It returns the error of sagas.ForSimulation.
func (s *Service) SimulateSaga(ctx context.Context, saga string, settings *catalog.Catalog, from, to time.Time,
	progress func(tickets int),
) (runtime.Simulation, error) {
	simulated, err := sagas.ForSimulation(saga, settings)
	if err != nil {
		return runtime.Simulation{}, err
	}
	return runtime.Simulate(ctx, s.Store, simulated, rules.Engine{Catalog: settings, Playbooks: s.Playbooks}, from, to, progress)
}
