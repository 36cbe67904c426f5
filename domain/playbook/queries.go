// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

// Query is a question that connected systems understand: the ASR's reports and payments, FSE/ROL.
type Query string

// Fact is one thing that the answer to a query says, true or false. One that it leaves out is not known.
type Fact string

// The queries of the connector contract.
const (
	FindReport        Query = "find-report"
	DownloadRequested Query = "download-requested"
	SendingResult     Query = "sending-result"
	PINMatch          Query = "pin-match"
	PaymentState      Query = "payment-state"
)

// QueryFacts are those that an answer to each query may hold.
var QueryFacts = map[Query][]Fact{
	FindReport:        {"found", "ours", "patient", "preparing"},   // found; of this ASR; of this patient; examined but not written yet
	DownloadRequested: {"requested"},                               //
	SendingResult:     {"positive", "metadata_updated"},            // the document was taken in; so was its update after the payment
	PINMatch:          {"matches"},                                 // the PIN sent is the PIN handed out; neither travels
	PaymentState:      {"appears", "due", "settled", "registered"}, // is there; more is due; paid in full or exempt; marked as paid
}

// QueryEvidence are the fields of evidence that an answer to each query may hold.
var QueryEvidence = map[Query][]FieldID{
	FindReport:   {"identifier", "produced_on"},
	PaymentState: {"paid_on", "exempt", "iuv", "ticket_number"},
}
