// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// A dispatcher loads the stream, decides the command by the rules and appends the events. The rules of this example are those of an
// account that cannot be overdrawn.
func ExampleDispatcher_Dispatch() {
	ctx := context.Background()
	db, closeDB, err := storetest.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closeDB()

	dispatcher := dispatch.New(db.Store, accountDecider())
	stream := newID()
	for _, amount := range []int{10, -7, -7, 0} {
		result, err := dispatcher.Dispatch(ctx, dispatch.Request[int]{Stream: stream, Command: amount, By: operator})
		switch {
		case errors.Is(err, errOverdrawn):
			fmt.Println("refused:", err)
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println("version", result.Version, "balance", result.State.Balance)
		}
	}
	// Output:
	// version 1 balance 10
	// version 2 balance 3
	// refused: overdrawn
	// version 2 balance 3
}
