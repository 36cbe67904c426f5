// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"encoding/json"
	"fmt"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// sendMessageCommand is the stored command name of a timer that sends a message (SendLater). Its data is the Send as JSON.
const sendMessageCommand = "send.v1"

// decoders maps the stored name of each command that a saga may dispatch to its decoder. A name is a contract: a command that changes
// its fields gets a new name, and the old name stays for stored timers.
var decoders = map[string]func(data []byte) (ticket.Command, error){
	"close.v1":            decodeJSON[ticket.Close],
	"succeed.v1":          decodeJSON[ticket.TransferToSuccessor],
	"begin-playbook.v1":   decodeJSON[ticket.BeginPlaybook],
	"remind.v1":           decodeJSON[ticket.RemindPlaybook],
	"warn.v1":             decodeJSON[ticket.WarnHandover],
	"breach.v1":           decodeJSON[ticket.BreachHandover],
	"notice-ping-pong.v1": decodeJSON[ticket.NoticePingPong],
	"remind-citizen.v1":   decodeJSON[ticket.RemindCitizen],
	"expire.v1":           decodeJSON[ticket.ExpireQuestion],
	"end-former-view.v1":  decodeJSON[ticket.EndFormerView],
}

// decodeJSON decodes the data of a command of type C.
func decodeJSON[C ticket.Command](data []byte) (ticket.Command, error) {
	var c C
	err := json.Unmarshal(data, &c)
	return c, err
}

// encodeCommand returns the stored name and the JSON of a command. It returns an error for commands that sagas may not dispatch.
func encodeCommand(c ticket.Command) (name string, data []byte, err error) {
	switch c.(type) {
	case ticket.Close:
		name = "close.v1"
	case ticket.TransferToSuccessor:
		name = "succeed.v1"
	case ticket.BeginPlaybook:
		name = "begin-playbook.v1"
	case ticket.RemindPlaybook:
		name = "remind.v1"
	case ticket.WarnHandover:
		name = "warn.v1"
	case ticket.BreachHandover:
		name = "breach.v1"
	case ticket.NoticePingPong:
		name = "notice-ping-pong.v1"
	case ticket.RemindCitizen:
		name = "remind-citizen.v1"
	case ticket.ExpireQuestion:
		name = "expire.v1"
	case ticket.EndFormerView:
		name = "end-former-view.v1"
	case ticket.PersonCommand, ticket.AdapterCommand:
		return "", nil, fmt.Errorf("encode command: %T is not for sagas", c)
	}
	data, err = json.Marshal(c)
	return name, data, err
}

// decodeCommand returns the command that encodeCommand stored.
func decodeCommand(name string, data []byte) (ticket.Command, error) {
	decode, ok := decoders[name]
	if !ok {
		return nil, fmt.Errorf("decode command: this version does not know the name %q", name)
	}
	c, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return c, nil
}
