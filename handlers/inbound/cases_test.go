// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"bytes"
	"cmp"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// mailCase describes the result of the mail testdata/NAME.eml, which has the structure that a mail program or a mail server gives it. The
// people do not exist. Of the fields after, text, contains, lacks and quoted, one that is not set is not checked.
type mailCase struct {
	sender        string        // in the SMTP envelope; empty: prova@example.it, "<>": none
	toReturn      bool          // the mail is sent to the return address of a mail of ours
	before, after ticket.Status // of the ticket
	text          string
	contains      []string // parts of the text
	lacks         []string // parts that are not in the text
	quoted        string   // a part of what is quoted
	nothingQuoted bool
	files         string // names, separated by spaces
	leftOut       string // names and reasons, separated by spaces
	refused       string // beginning of the SMTP answer
	kept          ticket.MailEffect
	flagged       bool // the reply changes nothing
	bounced       bool
}

var mailCases = map[string]mailCase{
	"own-da-data":                   {text: "Salve,\nDa sportello@asl.example.it mi dicono di chiedere a voi.\nData la fretta, preferisco il telefono.\nIl numero del referto è RX-778899."},
	"own-da-colon":                  {text: "Riassumo:\nDa: febbraio\nA: marzo\nData: non ricordo\nOggetto: esame del sangue\nAspetto notizie."},
	"own-mi-ha-scritto":             {text: "Salve,\nil 5 ottobre alle 9:15 il medico mi ha scritto:\nesame pronto, numero RX-778899.\nNon lo vedo."},
	"own-ha-scritto-capital":        {text: "Il 5 ottobre alle 9:15 il laboratorio mi ha scritto:\nl’esame è pronto.\nNon lo vedo."},
	"own-mentions-us":               {text: "Il 5 ottobre SOL Assistenza ha scritto che era pronto.\nInvece non lo è."},
	"forward-outlook":               {text: "Giro quanto ricevuto.\n\nDa: Tesoreria <avvisi@tesoreria.example.it>\nInviato: lunedì 5 ottobre 2026 09:15\nA: prova@example.it\nOggetto: Avviso di pagamento\n\nPagato. IUV 09876543210987654, euro 12,40."},
	"forward-outlook-html":          {contains: []string{"Giro quanto", "IUV 09876543210987654"}},
	"forward-gmail":                 {contains: []string{"Ecco", "IUV 09876543210987654"}, nothingQuoted: true},
	"forward-apple":                 {contains: []string{"Ecco", "IUV 09876543210987654"}, nothingQuoted: true},
	"forward-thunderbird":           {contains: []string{"Ecco", "IUV 09876543210987654"}, nothingQuoted: true},
	"dashes-between":                {text: "Primo esame: RX-1\n--\nSecondo esame: RX-2"},
	"signature-mark":                {text: "Primo esame: RX-1", quoted: "Via Finta 1"},
	"indented-lines":                {text: "Elenco:\n    - esame del 5\n    - esame del 6\nFine"},
	"interleaved":                   {text: "Buonasera,\nil 5 ottobre\nMartini", quoted: "Quale ospedale?"},
	"answer-below":                  {text: "Era il 5 ottobre", quoted: "C’è un messaggio per Lei"},
	"answer-inside":                 {before: ticket.StatusWaiting, text: "Era il 5 ottobre, RX-778899"},
	"answer-below-outlook":          {text: "Era il 5 ottobre, RX-778899", quoted: "C’è un messaggio per Lei"},
	"quote-outlook-romanian":        {text: "Era il 5 ottobre", quoted: "La Sua richiesta"},
	"quote-outlook-german":          {text: "Era il 5 ottobre", quoted: "La Sua richiesta"},
	"quote-outlook-french":          {text: "Era il 5 ottobre", quoted: "La Sua richiesta"},
	"quote-outlook-polish":          {text: "Era il 5 ottobre", quoted: "La Sua richiesta"},
	"quote-plain-english":           {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-plain-german":            {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-plain-french":            {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-plain-romanian":          {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-plain-gmail-it":          {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-plain-thunderbird":       {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-yahoo":                   {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-yahoo-html":              {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-libero":                  {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-original-message":        {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-pec-web":                 {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-gmail-html":              {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"quote-iphone":                  {text: "Era il 5 ottobre\n\nInviato da iPhone", quoted: "Quale giorno?"},
	"quote-outlook-desktop":         {text: "Era il 5 ottobre", quoted: "Quale giorno?"},
	"link-forwarded":                {contains: []string{"Mia figlia mi ha girato", "ma non si apre"}},
	"link-safe":                     {contains: []string{"Non si apre questo"}},
	"gmail-indent":                  {contains: []string{"Il numero che ho", "RX-778899", "non va."}},
	"html-then-footer":              {contains: []string{"Era il 5 ottobre, RX-778899"}},
	"apple-mixed":                   {contains: []string{"Ecco il file", "RX-778899"}, files: "file.pdf"},
	"carried-named":                 {contains: []string{"Allego la mail", "Da: <lab@example.it>", "Oggetto: Esame", "RX-778899"}},
	"carried-unnamed":               {contains: []string{"Allego la mail", "RX-778899"}, files: "referto.pdf"},
	"screenshot-small":              {text: "Ecco lo schermo:", files: "image001.png"},
	"screenshot-only":               {text: "", files: "image001.png"},
	"screenshot-only-resolved":      {before: ticket.StatusResolved, after: ticket.StatusInProgress, files: "image001.png"},
	"winmail":                       {text: "Era il 5 ottobre", leftOut: "winmail.dat unreadable"},
	"heic":                          {text: "Era il 5 ottobre, allego la foto", leftOut: "IMG_7.HEIC type"},
	"six-files":                     {text: "Ecco tutto", files: "f0.pdf f1.pdf f2.pdf f3.pdf f4.pdf", leftOut: "f5.pdf count"},
	"same-name":                     {text: "Ecco tutto", files: "foglio.pdf foglio.pdf foglio.pdf"},
	"calendar":                      {text: "Era il 5 ottobre", leftOut: "invito.ics type"},
	"contact-card":                  {text: "Era il 5 ottobre", leftOut: "prova.vcf type"},
	"logo-webp":                     {text: "Era il 5 ottobre\nProva", leftOut: "logo.webp type"},
	"text-attachment":               {contains: []string{"Era il 5 ottobre", "«appunti.txt»", "RX-778899"}},
	"text-attachment-long":          {text: "Era il 5 ottobre", leftOut: "appunti.txt length"},
	"stub-plain":                    {text: "Era il 5 ottobre, RX-778899"},
	"stub-english":                  {text: "Era il 5 ottobre, RX-778899"},
	"empty-plain":                   {text: "Era il 5 ottobre"},
	"alternatives-within":           {text: "Primo testo\n\nSecondo testo"},
	"named-inline-text":             {text: "Era il 5 ottobre, RX-778899"},
	"wrong-content":                 {text: "Era il 5 ottobre", leftOut: "finto.pdf content"},
	"too-long":                      {refused: "554 \"5.6.0 Il testo del messaggio e' troppo lungo"},
	"utf8-without-hyphen":           {text: "Perché è così 👍🏻"},
	"charset-windows-1258":          {text: "L’esame è pronto"},
	"charset-latin1-is-1252":        {text: "L’esame costa 5 €"},
	"charset-ascii-8bit":            {text: "Così"},
	"charset-no-charset":            {text: "Così"},
	"charset-mac-roman":             {text: "Così"},
	"charset-charset-unknown":       {text: "Così"},
	"charset-utf8-is-latin1":        {text: "Così 5 €"},
	"charset-cp850":                 {text: "Così"},
	"charset-charset-quoted-odd":    {text: "Così"},
	"charset-koi8":                  {text: "Привет"},
	"charset-utf16":                 {text: "Così"},
	"charset-in-html":               {text: "5 €, così"},
	"charset-twice":                 {text: "Era il 5 ottobre"},
	"boundary-unquoted":             {text: "Era il 5 ottobre"},
	"boundary-missing":              {text: "Era il 5 ottobre", files: "a.pdf"},
	"file-name-unquoted":            {text: "Ecco", files: "il mio file.pdf"},
	"part-without-type":             {text: "Ecco", files: "file.pdf"},
	"mbox-line":                     {text: "Era il 5 ottobre"},
	"broken-header":                 {text: "Era il 5 ottobre"},
	"blank-in-header":               {text: "Era il 5 ottobre"},
	"no-end":                        {text: "Era il 5 ottobre", files: "a.pdf"},
	"file-name-empty":               {text: "Ecco la foto", files: "allegato.png"},
	"file-name-split":               {text: "Ecco", files: "così.pdf"},
	"file-name-split-base64":        {text: "Ecco", files: "così.pdf"},
	"file-name-star":                {text: "Ecco", files: "così.pdf"},
	"file-name-8bit":                {text: "Ecco", files: "così.pdf"},
	"base64-footer":                 {text: "Era il 5 ottobre", quoted: "Lista di prova"},
	"base64-footer-word":            {text: "Era il 5 ottobre", quoted: "firma"},
	"base64-unpadded":               {text: "Era il 5 ottobre"},
	"base64-not":                    {text: "Era il 5 ottobre, così"},
	"qp-raw":                        {text: "Veda https://y.example.it/?p=1&q=2 è qui = fine"},
	"long-line":                     {contains: []string{"Numero RX-778899"}},
	"very-long-line":                {contains: []string{"Numero RX-778899"}},
	"encoding-odd":                  {text: "Era il 5 ottobre"},
	"no-from":                       {text: "Era il 5 ottobre"},
	"no-header-at-all":              {text: "Era il 5 ottobre"},
	"html-link":                     {text: "La ricevuta è qui <https://nuvola.example.it/f/xyz789>."},
	"html-pre":                      {text: "uno\n  due\ntre"},
	"html-cells":                    {text: "Esame | Numero\nSangue | RX-778899"},
	"html-blocks":                   {text: "Scheda\nProva\nNumero\nRX-1\n- alfa\n- beta\n1. primo\n2. secondo\nGiorno\n5/10\nultimo\ndavvero"},
	"pec":                           {sender: "posta-certificata@pec.example.it", text: "Era il 5 ottobre", files: "a.pdf"},
	"pec-base64":                    {sender: "posta-certificata@pec.example.it", text: "Era il 5 ottobre", files: "a.pdf"},
	"pec-octet-stream":              {sender: "posta-certificata@pec.example.it", text: "Era il 5 ottobre", files: "a.pdf"},
	"pec-anomaly":                   {sender: "posta-certificata@pec.example.it", text: "Era il 5 ottobre", files: "a.pdf"},
	"smime-opaque":                  {text: "Era il 5 ottobre, RX-778899"},
	"smime-encrypted":               {refused: "554 \"5.6.0 Il messaggio e' cifrato"},
	"signed-file":                   {text: "Ecco", files: "a.pdf b.pdf", leftOut: "c.pdf.p7m unreadable"},
	"suppress-header":               {text: "Era il 5 ottobre"},
	"vacation-x-autogenerated":      {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"vacation-x-mail-autoreply":     {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"vacation-precedence":           {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"vacation-x-autoreply":          {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"vacation-x-autorespond":        {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"vacation-x-auto-reply-from":    {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"vacation-auto-submitted":       {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"vacation-x-vacation":           {before: ticket.StatusWaiting, after: ticket.StatusWaiting, text: "Assente fino al 10/12", kept: "automatic"},
	"reaction-gmail":                {before: ticket.StatusResolved, after: ticket.StatusResolved, contains: []string{"👍"}, flagged: true},
	"reaction-outlook":              {before: ticket.StatusResolved, after: ticket.StatusResolved, contains: []string{"👍"}, flagged: true},
	"reaction-to-closed":            {before: ticket.StatusClosed, after: ticket.StatusClosed, contains: []string{"👍"}, kept: "courtesy"},
	"thanks-signed":                 {before: ticket.StatusResolved, after: ticket.StatusResolved, text: "Grazie tante, gentilissimi!\n\nProva Fittizia", flagged: true},
	"thanks-to-question":            {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Perfetto, grazie"},
	"thanks-but":                    {before: ticket.StatusResolved, after: ticket.StatusInProgress, text: "Grazie, però non si scarica"},
	"postmaster-person":             {sender: "postmaster@azienda.example.it", text: "Era il 5 ottobre"},
	"bounce-dsn":                    {sender: "<>", toReturn: true, bounced: true},
	"bounce-qmail":                  {sender: "<>", toReturn: true, bounced: true},
	"bounce-exim":                   {sender: "<>", toReturn: true, bounced: true},
	"bounce-delayed":                {sender: "<>", toReturn: true},
	"bounce-pec":                    {sender: "posta-certificata@pec.example.it", toReturn: true, bounced: true},
	"return-person":                 {toReturn: true, refused: "550 \"5.7.1 Questo indirizzo riceve solo avvisi"},
	"quote-gmail-romanian":          {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-gmail-albanian":          {text: "Era il 5 ottobre alle Molinette"},
	"quote-gmail-ukrainian":         {text: "Era il 5 ottobre alle Molinette"},
	"quote-gmail-chinese":           {text: "Era il 5 ottobre alle Molinette"},
	"quote-gmail-arabic":            {text: "Era il 5 ottobre alle Molinette"},
	"quote-gmail-spanish":           {text: "Era il 5 ottobre alle Molinette"},
	"quote-horde":                   {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-k9":                      {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-proton":                  {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-roundcube":               {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-gmx":                     {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-zimbra":                  {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-em-client":               {before: ticket.StatusWaiting, after: ticket.StatusInProgress, text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-samsung":                 {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede", "Messaggio originale"}, quoted: "In quale sede?"},
	"quote-huawei":                  {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede?"}},
	"quote-yahoo-mobile":            {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede"}, quoted: "In quale sede?"},
	"quote-virgilio":                {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-tiscali":                 {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-aruba-pec":               {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-outlook-express":         {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-outlook-on-behalf":       {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-outlook-arabic":          {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede?"}},
	"quote-gmail-html-below":        {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-gmail-html-inside":       {contains: []string{"il 5 ottobre", "Molinette"}, lacks: []string{"In quale sede"}},
	"quote-outlook-classic-html":    {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-outlook-table":           {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede"}},
	"quote-outlook-mobile":          {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede"}, quoted: "In quale sede?"},
	"quote-ios-html":                {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede", "ha scritto"}, quoted: "In quale sede?"},
	"quote-thunderbird-html-inside": {text: "il 5 ottobre\nalle Molinette", quoted: "In quale sede?"},
	"quote-roundcube-below":         {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-zimbra-html":             {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-gmx-html":                {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-samsung-html":            {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede"}, quoted: "In quale sede?"},
	"quote-k9-html":                 {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"quote-mailru":                  {text: "Era il 5 ottobre alle Molinette"},
	"quote-windows-mail":            {contains: []string{"Era il 5 ottobre alle Molinette"}, lacks: []string{"In quale sede"}, quoted: "In quale sede?"},
	"quote-spike":                   {text: "Era il 5 ottobre alle Molinette", quoted: "In quale sede?"},
	"answers-between":               {text: "il 5 ottobre\nMolinette"},
	"answer-yes-inside":             {contains: []string{"Sì"}, lacks: []string{"In quale sede"}},
	"answer-of-our-words":           {contains: []string{"non serve"}},
	"answer-apple-inside":           {contains: []string{"il 5 ottobre", "Molinette"}, lacks: []string{"In quale sede"}},
	"answer-coloured":               {contains: []string{"Risposte in rosso", "il 5 ottobre", "Molinette"}},
	"answer-within-marks":           {contains: []string{"il 5 ottobre", "Molinette"}},
	"answer-on-our-line":            {contains: []string{"Rispondo sotto", "il 5 ottobre", "Molinette"}},
	"own-da-our-address":            {contains: []string{"REF-1 manca sempre"}},
	"own-sol-ha-scritto":            {contains: []string{"REF-1"}},
	"own-our-address-ha-scritto":    {contains: []string{"REF-1 manca"}},
	"own-greater-than":              {contains: []string{"> 13 no", ">12 è"}},
	"own-quotes-our-question":       {contains: []string{"Mi avete scritto", "Il 5 ottobre"}},
	"own-numbers":                   {contains: []string{"1. REF-1", "  a) uno", "10. fine"}},
	"own-table":                     {contains: []string{"3/11      Sangue    REF-1"}},
	"forward-thunderbird-html":      {contains: []string{"IUV 0123"}},
	"forward-yahoo":                 {contains: []string{"IUV 0123"}},
	"forward-above-quotation":       {contains: []string{"IUV 0123"}, lacks: []string{"In quale sede"}},
	"forward-below-quotation":       {contains: []string{"Era il 5 ottobre alle Molinette", "Allego anche", "IUV 0123"}},
	"forward-our-mail":              {contains: []string{"Mia moglie"}, lacks: []string{"richieste/t.0"}},
	"thanks-romanian":               {before: ticket.StatusResolved, after: ticket.StatusResolved, flagged: true},
	"thanks-to-all":                 {before: ticket.StatusResolved, after: ticket.StatusResolved, flagged: true},
	"thanks-still-nothing":          {before: ticket.StatusResolved, after: ticket.StatusInProgress},
	"reaction-outlook-italian":      {before: ticket.StatusResolved, after: ticket.StatusResolved, flagged: true},
	"reaction-ios":                  {before: ticket.StatusResolved, after: ticket.StatusResolved, flagged: true},
	"reaction-with-text":            {before: ticket.StatusResolved, after: ticket.StatusInProgress, contains: []string{"REF-1"}},
	"parts-nested":                  {text: "Era il 5", files: "r.pdf x.png"},
	"parts-digest":                  {contains: []string{"REF-1", "REF-2"}},
	"picture-in-html":               {files: "immagine.png"},
	"apple-double":                  {text: "Ecco", files: "r.pdf"},
	"flowed":                        {contains: []string{"REF-123456"}},
	"enriched":                      {contains: []string{"Era il 5", "REF-1"}, lacks: []string{"bold", "param"}},
	"subject-only":                  {contains: []string{"REF-1"}},
	"text-without-name":             {contains: []string{"Era il 5", "REF-1"}},
	"pictures-between-texts":        {contains: []string{"Uno", "Due", "Tre"}, files: "a.pdf b.png"},
	"partial":                       {contains: []string{"Era il 5"}},
	"external":                      {contains: []string{"Era il 5"}, leftOut: "allegato type"},
	"calendar-alternative":          {text: "Era il 5", leftOut: "allegato.ics type"},
	"encrypted-pgp":                 {refused: "554"},
	"boundary-twice":                {contains: []string{"Era il 5"}, files: "r.pdf"},
	"boundary-within-line":          {contains: []string{"Era il 5", "REF-1"}},
	"boundary-prefix":               {text: "Era il 5", files: "r.pdf"},
	"part-without-empty-line":       {contains: []string{"Era il 5"}},
	"base64-double-spaced":          {contains: []string{"REF-123456", "davvero per tutto"}},
	"charset-utf7":                  {text: "Così è"},
	"encoding-twice":                {text: "Perché"},
	"file-name-percent":             {files: "città.pdf"},
	"no-mime-version":               {text: "Era il 5 è così"},
	"preamble":                      {contains: []string{"Era il 5"}},
	"html-white-space":              {contains: []string{"REF-1\nREF-2\nREF-3"}},
	"html-display-block":            {contains: []string{"REF-1"}, lacks: []string{"REF-1REF-2"}},
	"html-list-start":               {contains: []string{"3. REF-3", "4. REF-4"}},
	"html-angle-address":            {contains: []string{"REF-1", "prova@example.it"}},
	"html-title-open":               {contains: []string{"Era il 5"}},
	"html-conditional":              {contains: []string{"Era il 5", "REF-1"}, lacks: []string{"solo outlook"}},
	"html-preheader":                {contains: []string{"Era il 5"}},
	"link-safe-plain":               {contains: []string{"Non si apre"}},
	"link-safe-html":                {contains: []string{"non va"}},
	"link-in-file-name":             {contains: []string{"Vedi"}, files: "t.[collegamento personale].pdf"},
	"link-in-carried-mail":          {contains: []string{"Vedi"}},
	"link-in-text-file":             {contains: []string{"Vedi"}},
	"vacation-delivered-to":         {before: ticket.StatusWaiting, after: ticket.StatusWaiting, kept: "automatic"},
	"vacation-x-precedence":         {before: ticket.StatusWaiting, after: ticket.StatusWaiting, kept: "automatic"},
	"vacation-auto":                 {before: ticket.StatusWaiting, after: ticket.StatusWaiting, kept: "automatic"},
	"vacation-assente":              {before: ticket.StatusWaiting, after: ticket.StatusWaiting, kept: "automatic"},
	"person-list-unsubscribe":       {before: ticket.StatusWaiting, after: ticket.StatusInProgress},
	"bounce-exchange-italian":       {sender: "<>", toReturn: true, bounced: true},
	"bounce-gmail":                  {sender: "<>", toReturn: true, bounced: true},
	"bounce-relayed":                {sender: "<>", toReturn: true},
	"bounce-second-recipient":       {sender: "<>", toReturn: true, bounced: true},
	"bounce-challenge":              {sender: "<>", toReturn: true, kept: "automatic"},
	"bounce-to-reply":               {sender: "<>", bounced: true},
	"bounce-delayed-to-reply":       {sender: "<>", kept: "automatic"},
	"receipt-read":                  {sender: "<>", toReturn: true},
}

func TestMailsOfPrograms(t *testing.T) {
	w := newFixture(t)
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".eml")
		c, ok := mailCases[name]
		if !ok {
			t.Errorf("%s: got no expectation, want one", file)
			continue
		}
		t.Run(name, func(t *testing.T) { w.checkCase(t, file, c) })
	}
	if len(files) != len(mailCases) {
		t.Errorf("got %d files, want one for each of %d cases", len(files), len(mailCases))
	}
}

func (w *fixture) checkCase(t *testing.T, file string, c mailCase) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	id := w.open(cmp.Or(c.before, ticket.StatusNew))
	message := uuid.NewString()
	token := "t." + string(id) + "." + strings.Repeat("0123456789abcdef", 4)
	raw = []byte(strings.NewReplacer("{{reply}}", w.addresses.Reply(id), "{{return}}", w.addresses.Bounce(message), "{{message}}", message,
		"{{link}}", "https://assistenza.example.it/richieste/"+token, "{{token-encoded}}", url.QueryEscape(token)).Replace(string(raw)))
	to := w.addresses.Reply(id)
	if c.toReturn {
		to = w.addresses.Bounce(message)
	}
	w.mailed, w.bounced = id, nil
	_, _, before := w.last(id)
	err = w.mailFrom(strings.Trim(cmp.Or(c.sender, "prova@example.it"), "<>"), to, strings.ReplaceAll(string(raw), "\r\n", "\n"))
	last, state, after := w.last(id)
	if c.refused != "" {
		if err == nil || !strings.HasPrefix(err.Error(), c.refused) || after != before {
			t.Fatalf("got %v and %d new events, want %s", err, after-before, c.refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Contains(w.bounced, message); got != c.bounced || (c.toReturn || c.bounced) && c.kept == "" && after != before {
		t.Errorf("got failed delivery %t and %d new events, want %t", got, after-before, c.bounced)
	}
	if (c.toReturn || c.bounced) && c.kept == "" {
		return
	}
	var text *ticket.Text
	switch e := last.(type) {
	case ticket.CitizenReplied:
		text = e.Personal
		if c.flagged != (e.Kind == ticket.ReplyMessage) || c.kept != "" {
			t.Errorf("got a reply of kind %s, want flagged %t, kept %q", e.Kind, c.flagged, c.kept)
		}
		w.checkOriginal(t, id, e.Original, token)
	case ticket.Reopened:
		history, _ := w.dispatcher.History(t.Context(), id)
		text = history[len(history)-2].Event.(ticket.CitizenReplied).Personal
	case ticket.MailKept:
		text = e.Personal
		if e.Why != c.kept {
			t.Errorf("got a kept mail %s, want %q", e.Why, c.kept)
		}
		w.checkOriginal(t, id, e.Original, token)
	default:
		t.Fatalf("got last event %+v, want a reply", last)
	}
	c.checkText(t, text, token)
	if c.after != "" && state.Status != c.after {
		t.Errorf("got status %s, want %s", state.Status, c.after)
	}
}

// checkText compares the texts and the names of files.
func (c mailCase) checkText(t *testing.T, got *ticket.Text, token string) {
	t.Helper()
	if c.text != "" && got.Text != c.text {
		t.Errorf("got text %q, want %q", got.Text, c.text)
	}
	for _, part := range c.contains {
		if !strings.Contains(got.Text, part) {
			t.Errorf("got text %q, want one with %q", got.Text, part)
		}
	}
	for _, part := range c.lacks {
		if strings.Contains(got.Text, part) {
			t.Errorf("got text %q, want one without %q", got.Text, part)
		}
	}
	if !strings.Contains(got.Quoted, c.quoted) || c.nothingQuoted && got.Quoted != "" {
		t.Errorf("got quoted %q, want one with %q", got.Quoted, c.quoted)
	}
	if files := strings.Join(got.FileNames, " "); files != c.files && c.refused == "" {
		t.Errorf("got files %q, want %q", files, c.files)
	}
	var leftOut []string
	for _, l := range got.LeftOut {
		leftOut = append(leftOut, l.Name, string(l.Why))
	}
	if got := strings.Join(leftOut, " "); got != c.leftOut {
		t.Errorf("got left out %q, want %q", got, c.leftOut)
	}
	if secret := token[len(token)-64:]; strings.Contains(got.Text+got.Quoted+strings.Join(got.FileNames, " "), secret) {
		t.Errorf("got the personal link in %q, %q, want it masked", got.Text, got.Quoted)
	}
}

// checkOriginal checks that the original mail is kept.
func (w *fixture) checkOriginal(t *testing.T, id ticket.ID, original *ticket.Attachment, token string) {
	t.Helper()
	if original == nil || original.MediaType != ticket.OriginalMediaType {
		t.Fatalf("got original %+v, want the mail", original)
	}
	content, err := w.store.ReadBlob(t.Context(), string(id), string(original.ID))
	if err != nil || !bytes.Contains(content, []byte("\n")) {
		t.Errorf("got original %q, %v, want the mail", content, err)
	}
}
