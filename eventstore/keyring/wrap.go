// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"bytes"
	"fmt"
)

// A wrapped key is a nonce, the ciphertext and its tag. Before it stands the id of the master key that wrapped it, except for the first
// master key of the log, which nodes of the first release use too.
const (
	masterIDSize = 8
	wrappedSize  = 12 + keySize + 16
)

// wrap returns a key wrapped by the current master key.
func (s *keySet) wrap(key, aad []byte) []byte {
	sealed := s.current.wrapper.Seal(nil, nil, key, aad)
	if bytes.Equal(s.current.check, s.first) {
		return sealed
	}
	return append(bytes.Clone(s.current.id()), sealed...)
}

// unwrap returns a key that one of the node's master keys wrapped.
func (s *keySet) unwrap(wrapped, aad []byte) ([]byte, error) {
	id, sealed := s.wrapperID(wrapped), wrapped[max(0, len(wrapped)-wrappedSize):]
	for _, m := range s.masters {
		if bytes.Equal(m.id(), id) {
			return m.wrapper.Open(nil, nil, sealed, aad)
		}
	}
	return nil, fmt.Errorf("it is wrapped by the master key %x, which is not in the key file", id)
}

// wrapperID returns the id of the master key that wrapped a key.
func (s *keySet) wrapperID(wrapped []byte) []byte {
	if len(wrapped) == masterIDSize+wrappedSize {
		return wrapped[:masterIDSize]
	}
	return s.first[:masterIDSize]
}
