// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// Placement is a role at an entity from one time to another.
type Placement struct {
	ID        string             `json:"id"` // UUID
	Role      person.Role        `json:"role"`
	Entity    catalog.EntityCode `json:"entity"` // empty for roles without an entity
	ValidFrom time.Time          `json:"valid_from"`
	ValidTo   *time.Time         `json:"valid_to,omitempty"` // exclusive; nil: without end
}

// isHeldAt reports whether a placement may combine the role with the entity: ASR roles need an ASR, regional roles the Region, a data
// protection officer one of them, other roles no entity. An auditor has one of them or, as all had before version 7 of the policy, none, which
// means the Region. System and Anonymous have no placements.
func isHeldAt(role person.Role, entity catalog.EntityCode) bool {
	switch role {
	case person.ASROperator, person.ASRSupervisor:
		return entity != "" && entity != catalog.Region
	case person.RegionalOperator, person.RegionalSupervisor:
		return entity == catalog.Region
	case person.Auditor:
		return true
	case person.DataProtectionOfficer:
		return entity != ""
	case person.Administrator, person.Citizen, person.Integration:
		return entity == ""
	case person.System, person.Anonymous:
	}
	return false
}

// CheckPlacement returns an *InvalidError if a placement may not combine the role with the entity.
func CheckPlacement(role person.Role, entity catalog.EntityCode) error {
	if !isHeldAt(role, entity) {
		return &InvalidError{Field: "placement", Reason: refusal.RoleNotHeld.With(string(role), string(entity))}
	}
	return nil
}

// AddPlacement adds a placement that begins at a time (zero: now) and returns its id. Errors: *InvalidError, ErrTaken, ErrNotFound.
func (i *Identity) AddPlacement(ctx context.Context, account string, role person.Role, entity catalog.EntityCode, from time.Time) (string, error) {
	if err := CheckPlacement(role, entity); err != nil {
		return "", err
	}
	if from.IsZero() {
		from = i.Now()
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("placement id: %w", err)
	}
	done, err := i.Pools.ExecDurably(ctx, `
		insert into identity.placements (id, account, role, entity, valid_from)
		select $1, a.id, $3, $4, $5 from identity.accounts a where a.id = $2`, id.String(), account, role, entity, from)
	if err != nil {
		return "", fmt.Errorf("add placement: %w", uniqueViolation(err))
	}
	if done == 0 {
		return "", fmt.Errorf("add placement: %w", ErrNotFound)
	}
	return id.String(), nil
}

// EndPlacement ends an account's placement with a role at an entity now. Sessions that use it have no role until their user chooses another
// placement. Error: ErrNotFound.
func (i *Identity) EndPlacement(ctx context.Context, account string, role person.Role, entity catalog.EntityCode) error {
	done, err := i.Pools.ExecDurably(ctx, `
		update identity.placements set valid_to = greatest(valid_from, $4)
		where account = $1 and role = $2 and entity = $3 and valid_to is null`, account, role, entity, i.Now())
	i.publishRights(account) // after an error too: the transaction may have been committed
	if err != nil {
		return fmt.Errorf("end placement: %w", err)
	}
	if done == 0 {
		return fmt.Errorf("end placement: %w", ErrNotFound)
	}
	return nil
}

// queryPlacements returns the placements that match a where clause, by account.
func (i *Identity) queryPlacements(ctx context.Context, where string, args ...any) (map[string][]Placement, error) {
	rows, err := i.Pools.Session.Query(ctx, `
		select p.account::text, p.id::text, p.role, p.entity, p.valid_from, p.valid_to from identity.placements p `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read placements: %w", err)
	}
	all := map[string][]Placement{}
	var account string
	var p Placement
	_, err = pgx.ForEachRow(rows, []any{&account, &p.ID, &p.Role, &p.Entity, &p.ValidFrom, &p.ValidTo}, func() error {
		all[account] = append(all[account], p)
		p.ValidTo = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read placements: %w", err)
	}
	return all, nil
}

// Placements returns the current placements of an account, the oldest first.
func (i *Identity) Placements(ctx context.Context, account string) ([]Placement, error) {
	all, err := i.queryPlacements(ctx, `
		where p.account = $1 and p.valid_from <= $2 and (p.valid_to is null or p.valid_to > $2) order by p.valid_from, p.id`,
		account, i.Now())
	return append([]Placement{}, all[account]...), err
}
