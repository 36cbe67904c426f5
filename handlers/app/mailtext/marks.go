// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import "regexp"

// Patterns of what mail programs write above a quotation, in the languages of people here. A sentence of a person must not match: an
// attribution begins with a capital letter, holds a time of day or an address, and ends with the verb and a colon.
var (
	attributionStart = regexp.MustCompile(`^(Il|In data|Il giorno|Le|On|Am|El|Em|Op|Den|Pe|În|Dnia|W dniu)\b|^"?\p{Lu}.{0,80}<[^<>\s]+@[^<>\s]+>`)
	attributionEnd   = regexp.MustCompile(`(?i)(\d{1,2}[:.]\d{2}|@).*(\bha scritto\b|\bwrote\b|\bschrieb\b|\ba écrit\b|\bescribió\b|\bescreveu\b|\ba scris\b|\bschreef\b|\bnapisał(\(a\))?\b).{0,60}\s?:\s*$`)
	personalVerb     = regexp.MustCompile(`(?i)\b(mi|ci|ti|vi|gli|le|me|told me|to me|mir|uns)\s+(ha scritto|wrote|schrieb|a écrit)\b|\bwrote (to )?(me|us)\b`)

	originalMessage = regexp.MustCompile(`(?i)^[-_ ]{2,}\s*(messaggio originale|original message|ursprüngliche nachricht|originalnachricht|message d.origine|message original|mesaj original|mensaje original)\s*[-_ ]*$`)
	forwarded       = regexp.MustCompile(`(?i)^[-_ ]*\s*(inizio (del )?messaggio inoltrato|begin forwarded message|messaggio inoltrato|forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transféré|début du message réexpédié|mesaj redirecționat|mensaje reenviado)\b.{0,60}$`)
	separatorLine   = regexp.MustCompile(`^[-_=]{5,}$`)

	headerStart = regexp.MustCompile(`(?i)^(da|from|von|de|de la|mittente|van|expéditeur|remitente|od)\s*\*?\s*:`)
	headerField = regexp.MustCompile(`(?i)^(a|to|an|à|către|para|cc|ccn|inviato|sent|gesendet|envoyé|trimis|enviado|enviada|data|date|datum|dată|fecha|oggetto|subject|betreff|objet|subiect|asunto|assunto|priorità|reply-to|rispondi a)( il)?\s*\*?\s*:`)
	// Some programs write no colons: then a field holds its value alone.
	looseHeaderStart = regexp.MustCompile(`^(Da|From)\s+("[^"]{0,80}"\s*|[^"@<>]{0,80}\s)?<?[^\s<>]+@[^\s<>]+>?$`)
	looseHeaderField = regexp.MustCompile(`^(A|To)\s+("[^"]{0,80}"\s*|[^"@<>]{0,80}\s)?<?[^\s<>]+@[^\s<>]+>?$|^Cc(\s+\S+@\S+)?$|^(Data|Date)\s+.*\d{4}|^(Oggetto|Subject)\s+\S`)
)
