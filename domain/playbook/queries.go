// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

// Query is a question that connected systems answer: the systems of the ASR for reports and payments, and FSE/ROL.
type Query string

// Fact is a true-or-false value in the answer to a query. A fact that the answer leaves out is not known.
type Fact string

// The queries of the connector contract.
const (
	FindReport        Query = "find-report"
	DownloadRequested Query = "download-requested"
	SendingResult     Query = "sending-result"
	PINMatch          Query = "pin-match"
	PaymentState      Query = "payment-state"
)

// QueryFacts lists the facts that the answer to each query may hold.
var QueryFacts = map[Query][]Fact{
	// The report exists; it is of this ASR; it is of this patient; the examination is done and the report is not written yet.
	FindReport: {"found", "ours", "patient", "preparing"},
	// The citizen asked for the download.
	DownloadRequested: {"requested"},
	// FSE/ROL accepted the document; it accepted the document's update after the payment.
	SendingResult: {"positive", "metadata_updated"},
	// The PIN that was sent is the PIN that was handed out. No message holds a PIN.
	PINMatch: {"matches"},
	// The payment is recorded; more is due; all is paid, or the patient is exempt; the report is marked as paid.
	PaymentState: {"appears", "due", "settled", "registered"},
}

// QueryEvidence lists the fields of evidence that the answer to each query may hold.
var QueryEvidence = map[Query][]FieldID{
	FindReport:   {"identifier", "produced_on"},
	PaymentState: {"paid_on", "exempt", "iuv", "ticket_number"},
}
