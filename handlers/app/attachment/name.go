// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// checkName returns what is wrong with a clean file name, which was typed as typed; false if nothing is.
func checkName(typed, name string) (ticket.FieldError, bool) {
	ext := rules.AttachmentExtension(name)
	wrong := func(reason refusal.Reason, allowed string) (ticket.FieldError, bool) {
		return ticket.FieldError{Reason: reason, Allowed: allowed}, true
	}
	switch {
	case name == "" || utf8.RuneCountInString(name) > MaxName:
		return wrong(refusal.FileNameLength.With(), fmt.Sprintf("1 to %d characters", MaxName))
	case !slices.Contains(rules.AttachmentExtensions, ext):
		return wrong(refusedType(ext), strings.Join(rules.AttachmentExtensions, ", "))
	case strings.ContainsAny(typed, "\u202d\u202e"):
		return wrong(refusal.FileNameReversed.With(), "a name in one direction")
	}
	if hidden := hiddenProgram(name); hidden != "" {
		return wrong(refusal.FileNameOfProgram.With(hidden, ext), "a name with one extension")
	}
	return ticket.FieldError{}, false
}

// refusedType returns the reason why no file with the extension is accepted.
func refusedType(ext string) refusal.Reason {
	switch ext {
	case "":
		return refusal.FileWithoutExtension.With()
	case "heic", "heif", "hif":
		return refusal.FileHEIC.With()
	}
	return refusal.FileType.With()
}

// cleanName removes directories and invisible characters from a file name. Marks that reverse the direction of text could show "fdp.exe" as
// "exe.pdf".
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimLeftFunc(strings.TrimRightFunc(name, func(r rune) bool { return r == '.' || unicode.IsSpace(r) }), unicode.IsSpace)
	if stem, _, _ := strings.Cut(name, "."); reservedNames[strings.ToLower(strings.TrimSpace(stem))] {
		return "_" + name
	}
	return name
}

// reservedNames are the names that Windows gives to devices: it saves no file that has one before its first dot.
var reservedNames = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true}

func init() {
	for _, n := range "123456789¹²³" {
		reservedNames["com"+string(n)], reservedNames["lpt"+string(n)] = true, true
	}
}

// extensionOf returns what follows the last dot of a name, in lower case; "" if there is none.
func extensionOf(name string) string {
	at := strings.LastIndexByte(name, '.')
	if at < 0 {
		return ""
	}
	return strings.ToLower(name[at+1:])
}

// programExtensions are the extensions of files that a system runs when they are opened. An archive with one is refused.
var programExtensions = map[string]bool{}

// hiddenExtensions are those of programExtensions that mean nothing else in the middle of a name.
var hiddenExtensions = map[string]bool{}

func init() {
	for _, ext := range strings.Fields("exe scr pif bat cmd cpl msi msp dll ps1 psm1 vbs vbe jse wsf wsh wsc sct hta jar lnk chm scf msix appx vhd vhdx apk msc mst msu xbap") {
		hiddenExtensions[ext], programExtensions[ext] = true, true
	}
	for _, ext := range strings.Fields("com js ws sh run reg inf url iso img dmg pkg deb rpm application appref-ms gadget sys hlp settingcontent-ms xll wll vb ws shb shs website library-ms searchconnector-ms diagcab ps2 ps1xml psc1 py pyw pyz rb pl desktop command action terminal csh ksh slk iqy rqy oqy dqy xlam xla ppam ppa mde ade accde") {
		programExtensions[ext] = true
	}
}

// hiddenProgram returns the extension of a program before the last one of a name, as in «fattura.exe .pdf»; "" if there is none. What looks like a
// dot counts as one.
func hiddenProgram(name string) string {
	parts := strings.Split(plainName(name), ".")
	for _, part := range parts[1:max(1, len(parts)-1)] {
		part, _, _ = strings.Cut(part, ":") // a stream of Windows: «a.exe::$DATA»
		if part = strings.TrimFunc(part, unicode.IsSpace); hiddenExtensions[part] {
			return part
		}
	}
	return ""
}

// plainName returns a name in lower case with plain letters and dots in place of those that look the same.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\u2024\u3002\uff0e\uff61\ufe52\ufe12\u06d4\u0701\ua4f8", r) {
			return '.'
		}
		return r
	}, name)
	return strings.ToLower(norm.NFKC.String(name))
}

// isProgramName reports whether the name of an entry of an archive is that of a program, also one that hides it.
func isProgramName(name string) bool {
	name = plainName(cleanName(name))
	ext, _, _ := strings.Cut(extensionOf(name), ":")
	return programExtensions[strings.TrimFunc(ext, unicode.IsSpace)] || hiddenProgram(name) != ""
}
