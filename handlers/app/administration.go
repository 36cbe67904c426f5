// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// ListReadModels returns the status of every read model.
func (s *Service) ListReadModels(ctx context.Context) ([]readmodel.Status, error) {
	return projections.NewRunner(s.Store).List(ctx)
}

// ListSagas returns the status of every saga.
func (s *Service) ListSagas(ctx context.Context) ([]runtime.SagaStatus, error) {
	return runtime.ListSagas(ctx, s.Store.WorkerPool())
}
