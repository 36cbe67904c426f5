// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// An OLE container (MS-CFB) is a header of 512 bytes and sectors, with a directory of entries of 128 bytes. Programs write its parts in any order.
const (
	oleHeaderSize = 512
	oleEntrySize  = 128
)

// oleEntry is an entry of the directory of a container.
type oleEntry struct {
	name  string
	kind  byte // 1: storage, 2: stream, 5: root
	start uint32
	size  uint32
}

// oleEntries returns what looks like an entry of the directory, wherever it stands: a container whose directory is hidden or damaged is read by
// some programs too.
func oleEntries(content []byte) (all []oleEntry) {
	for at := oleHeaderSize; at+oleEntrySize <= len(content); at += oleEntrySize {
		e := content[at : at+oleEntrySize]
		length, kind := int(binary.LittleEndian.Uint16(e[64:])), e[66]
		if length < 4 || length > 64 || length%2 != 0 || kind != 1 && kind != 2 && kind != 5 {
			continue
		}
		units := make([]uint16, length/2-1)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(e[2*i:])
		}
		all = append(all, oleEntry{string(utf16.Decode(units)), kind, binary.LittleEndian.Uint32(e[116:]), binary.LittleEndian.Uint32(e[120:])})
	}
	return all
}

// ole looks into an OLE container: a doc, an xls, an encrypted docx or xlsx, or an object in one.
func (i *inspection) ole(name string, content []byte) *badContent {
	holdsFiles := false
	for _, e := range oleEntries(content) {
		switch e.name {
		case "VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros":
			return macros(name)
		case "EncryptedPackage", "\tDRMContent":
			return encrypted(name)
		case "\x01Ole10Native", "Package":
			i.contains[containsFiles], holdsFiles = true, true
		case "WordDocument":
			const flags, isEncrypted = 0x0A, 0x0100 // of the FIB (MS-DOC 2.5.2)
			if fib := i.oleStream(content, e, oleHeaderSize); len(fib) > flags+1 && binary.LittleEndian.Uint16(fib[flags:])&isEncrypted != 0 {
				return encrypted(name)
			}
		case "Workbook", "Book":
			switch excelParts(i.oleStream(content, e, len(content))) {
			case excelEncrypted:
				return encrypted(name)
			case excelMacros:
				return macros(name)
			}
		}
		if i.unpacked == 0 { // so many streams has no document
			return tooMuch(name)
		}
	}
	if holdsFiles && bytes.Contains(content, []byte("This program cannot be run in DOS mode")) {
		return program(name)
	}
	if bytes.Contains(content, []byte("DDEAUTO")) || bytes.Contains(content, []byte("D\x00D\x00E\x00A\x00U\x00T\x00O")) {
		i.contains[containsLaunch] = true
	}
	return nil
}

// oleStream returns the first limit bytes of a stream of at least 4096 bytes; smaller ones are of no document. A chain that is damaged ends it, and so
// does the end of the budget.
func (i *inspection) oleStream(content []byte, e oleEntry, limit int) (stream []byte) {
	shift := binary.LittleEndian.Uint16(content[0x1E:])
	if shift != 9 && shift != 12 {
		return nil
	}
	size := 1 << shift
	sector := func(n uint32) []byte {
		at := (int64(n) + 1) << shift
		if at+int64(size) > int64(len(content)) {
			return content[min(at, int64(len(content))):]
		}
		return content[at : at+int64(size)]
	}
	next := func(n uint32) uint32 { // by the table of sectors, of whose own sectors the header names the first 109: enough for 7 MB
		const end, tableAt, tables = 0xFFFFFFFE, 0x4C, 109
		perTable := uint32(size / 4)
		if n/perTable >= tables {
			return end
		}
		table := sector(binary.LittleEndian.Uint32(content[tableAt+4*(n/perTable):]))
		at := int(n%perTable) * 4
		if at+4 > len(table) {
			return end
		}
		return binary.LittleEndian.Uint32(table[at:])
	}
	limit = int(min(int64(limit), int64(e.size), int64(len(content)), i.unpacked))
	i.unpacked -= int64(limit)
	for n := e.start; len(stream) < limit && n < 0xFFFFFFFA; n = next(n) {
		part := sector(n)
		if len(part) == 0 {
			break
		}
		stream = append(stream, part...)
	}
	return stream[:min(len(stream), limit)]
}

const (
	excelOther = iota
	excelEncrypted
	excelMacros
)

// excelParts reads the records of an Excel workbook (MS-XLS 2.1) up to the end of its globals.
func excelParts(stream []byte) int {
	const filePass, boundSheet, endOfGlobals, macroSheet = 0x2F, 0x85, 0x0A, 1
	for len(stream) >= 4 {
		kind, length := binary.LittleEndian.Uint16(stream), int(binary.LittleEndian.Uint16(stream[2:]))
		if 4+length > len(stream) {
			return excelOther
		}
		record := stream[4 : 4+length]
		switch {
		case kind == filePass:
			return excelEncrypted
		case kind == boundSheet && length > 5 && record[5] == macroSheet:
			return excelMacros
		case kind == endOfGlobals:
			return excelOther
		}
		stream = stream[4+length:]
	}
	return excelOther
}
