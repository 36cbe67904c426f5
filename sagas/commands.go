// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"encoding/json"
	"fmt"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// sendCommand is the stored name of a timer that sends a message (Later): its data is the Send.
const sendCommand = "send.v1"

// commands are the commands that a saga may issue, under the names that timers store. A name is a contract: a
// command that changes shape gets a new one, and the old one stays for the timers that hold it.
var commands = map[string]func(data []byte) (ticket.Command, error){
	"close.v1":            command[ticket.Close],
	"succeed.v1":          command[ticket.Succeed],
	"begin-playbook.v1":   command[ticket.BeginPlaybook],
	"remind.v1":           command[ticket.Remind],
	"warn.v1":             command[ticket.Warn],
	"breach.v1":           command[ticket.Breach],
	"notice-ping-pong.v1": command[ticket.NoticePingPong],
	"remind-citizen.v1":   command[ticket.RemindCitizen],
	"expire.v1":           command[ticket.Expire],
}

func command[C ticket.Command](data []byte) (ticket.Command, error) {
	var c C
	err := json.Unmarshal(data, &c)
	return c, err
}

// encodeCommand gives a command's stored form.
func encodeCommand(c ticket.Command) (name string, data []byte, err error) {
	switch c.(type) {
	case ticket.Close:
		name = "close.v1"
	case ticket.Succeed:
		name = "succeed.v1"
	case ticket.BeginPlaybook:
		name = "begin-playbook.v1"
	case ticket.Remind:
		name = "remind.v1"
	case ticket.Warn:
		name = "warn.v1"
	case ticket.Breach:
		name = "breach.v1"
	case ticket.NoticePingPong:
		name = "notice-ping-pong.v1"
	case ticket.RemindCitizen:
		name = "remind-citizen.v1"
	case ticket.Expire:
		name = "expire.v1"
	case ticket.Open, ticket.Update, ticket.Reply, ticket.Undo, ticket.Release, ticket.Erase, ticket.Learn, ticket.ReportContact:
		return "", nil, fmt.Errorf("encode command: %T is not for sagas", c)
	}
	data, err = json.Marshal(c)
	return name, data, err
}

func decodeCommand(name string, data []byte) (ticket.Command, error) {
	decode, ok := commands[name]
	if !ok {
		return nil, fmt.Errorf("decode command: this version does not know the name %q", name)
	}
	c, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return c, nil
}
