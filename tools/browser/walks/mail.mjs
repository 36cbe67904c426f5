// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Mails of citizens, sent by SMTP, and what the pages show of them.

import assert from 'node:assert/strict';
import { tabTo } from '../support/keyboard.mjs';
import { sendMail, waitForMail } from '../support/mail.mjs';
import { openTicket } from '../support/product.mjs';
import { status, update } from '../support/ticketpage.mjs';
import { walk } from '../support/walk.mjs';

const subject = 'Subject: R: La Sua richiesta';
const plain = [subject, 'Content-Type: text/plain; charset=utf-8'];
const answer = (words, mail) => `${words}\n\nIl giorno dom 29 nov 2026 alle ore 10:00 SOL Assistenza <assistenza@localhost> ha scritto:\n\n${mail.words.replace(/^/gm, '> ')}`;

// withFiles returns the header fields and the body of a mail with PDF files of these names, and one winmail.dat.
function withFiles(words, names) {
  const pdf = name => ['--m', `Content-Type: application/pdf; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`, '', '%PDF-1.4\n%%EOF', ''].join('\n');
  return [
    [subject, 'Content-Type: multipart/mixed; boundary="m"'],
    ['--m', 'Content-Type: text/plain; charset=utf-8', '', words, ...names.map(pdf), '--m', 'Content-Type: application/ms-tnef; name="winmail.dat"', '', 'x', '--m--'].join('\n'),
  ];
}

const rejected = [
  [subject, 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'],
  ['--b', 'Content-Type: text/plain', '', 'The account is unknown.', '--b', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example.it', '',
    'Final-Recipient: rfc822; prova@example.it', 'Action: failed', 'Status: 5.1.1', '--b--'].join('\n'),
];

// checkNotes checks what the page shows of the mails of a ticket that both the citizen and operators read.
async function checkNotes(page) {
  const quoted = page.locator('details', { hasText: 'Mostra testo citato' }).first();
  const words = quoted.getByText('Per andare avanti ci serve');
  assert.equal(await words.isVisible(), false, 'what a mail quotes is folded');
  await tabTo(page, 'Mostra testo citato');
  await page.keyboard.press('Enter');
  await words.waitFor();
  assert.ok(!/t\.[0-9a-f-]{36}\.[0-9a-f]{16}/.test(await page.locator('.sol-quoted').first().innerText()), 'the personal link is masked');
  await page.getByText('sesto-file-con-un-nome-molto-lungo-che-va-a-capo-su-un-telefono.pdf, perché i file erano più di cinque: invii gli altri con un altro messaggio.').waitFor();
  await page.getByText('Allegato non accettato: winmail.dat, perché non si può aprire: lo invii come allegato semplice').waitFor();
  const left = await page.getByText('Allegato non accettato').evaluateAll(all => all.map(e => e.getBoundingClientRect().left));
  assert.equal(new Set(left).size, 1, 'what was not accepted is listed line by line');
  await page.getByRole('link', { name: 'primo.pdf' }).waitFor();
}

walk('mails of a citizen: what they quote, what is not accepted, the original, and those without effect', async ({ as, anybody, look }) => {
  const ticket = await openTicket('010905');
  const operator = await as('operatore_asr', '010905');
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { note: 'In che data ha fatto il prelievo?', padlock: 'Pubblica', status: 'In attesa di informazioni da utente' });
  const mail = await waitForMail(ticket.number, 'In che data');
  await sendMail(mail.replyTo, [subject, 'Content-Type: text/html; charset=utf-8'],
    `<p>Il <b>3 novembre</b>.</p><p><a href="https://example.it/${'pagina'.repeat(20)}">il sito</a></p><blockquote type="cite"><p>${mail.words.replaceAll('\n', '<br>')}</p></blockquote>`);
  await sendMail(mail.replyTo, ...withFiles('Ecco i file.', ['primo', 'secondo', 'terzo', 'quarto', 'quinto', 'sesto-file-con-un-nome-molto-lungo-che-va-a-capo-su-un-telefono'].map(n => `${n}.pdf`)));
  await sendMail(mail.replyTo, [...plain, 'Auto-Submitted: auto-replied'], 'Assente fino al 10/12');
  await sendMail(mail.returnPath, ...rejected, '');

  await operator.goto(`/ticket/${ticket.id}`);
  assert.equal(await status(operator), 'In lavorazione');
  await operator.locator('.sol-note', { hasText: 'e-mail senza effetto' }).getByText('Assente fino al 10/12').waitFor();
  await operator.getByText('E-mail non consegnata: l’indirizzo del richiedente non riceve.').waitFor();
  await checkNotes(operator);
  await look(operator, 'ticket-e-mail');

  const withoutScript = await anybody({ javaScriptEnabled: false });
  await withoutScript.goto(mail.link);
  await checkNotes(withoutScript);
  const citizen = await anybody();
  await citizen.goto(mail.link);
  assert.equal(await citizen.getByText('Assente fino al 10/12').count(), 0, 'the citizen does not see mails without effect');
  await checkNotes(citizen);
  await look(citizen, 'cittadino-e-mail');

  for (const page of [operator, withoutScript, citizen]) {
    await page.getByRole('link', { name: 'Mostra originale' }).first().click();
    await page.getByText('Oggetto: R: La Sua richiesta').waitFor();
    assert.ok(!(await page.innerText('body')).includes(mail.link), 'the original does not show the personal link');
  }
});

walk('a mail to a closed ticket opens a linked one', async ({ as, anybody, look }) => {
  const closed = await waitForMail('', 'La Sua richiesta è stata chiusa'); // of the demo's data
  const [, closedNumber] = closed.words.match(/n\. (\d{4}-\d{7})/), [id] = closed.link.match(/[0-9a-f]{8}-[0-9a-f-]{27}/);
  await sendMail(closed.replyTo, plain, answer('Non si scarica ancora.', closed));
  await sendMail(closed.replyTo, plain, 'Aggiungo che il codice è scaduto.');
  await sendMail(closed.replyTo, plain, 'Grazie!');

  const auditor = await as('auditor');
  await auditor.goto(`/ticket/${id}`);
  await auditor.locator('.sol-note', { hasText: 'e-mail senza effetto' }).getByText('Grazie!').waitFor();
  await look(auditor, 'ticket-chiuso-e-mail');
  await auditor.goto(`/revisione/${id}`);
  await auditor.locator('.sol-log').getByText('Arrivata un’e-mail di ringraziamento').first().waitFor();
  await look(auditor, 'revisione-e-mail');
  await auditor.goto(`/ticket/${id}`);
  const others = await auditor.locator('.sol-ties a').evaluateAll(all => all.map(a => a.getAttribute('href'))); // of the same citizen
  for (const path of others) {
    await auditor.goto(path);
    if (await auditor.getByText(`Continua la richiesta chiusa ${closedNumber}`).count() > 0) break;
  }
  await auditor.getByText('ha scritto · E-mail').waitFor();
  await auditor.locator('.sol-first').getByText('Mostra testo citato').waitFor();
  await auditor.getByText('Aggiungo che il codice è scaduto.').waitFor();
  await look(auditor, 'ticket-continua');
  const audit = auditor.url().replace('/ticket/', '/revisione/');
  await auditor.goto(audit);
  await auditor.getByText(/^Mostra testo citato$/).first().click();
  await auditor.locator('.sol-quoted').getByText('La Sua richiesta è stata chiusa').first().waitFor();
  await look(auditor, 'revisione-continua');
  const dossier = await (await auditor.request.get(`${audit}/fascicolo.html`)).text();
  assert.match(dossier, /<dt>Aperta<.dt><dd>[^<]*, E-mail</);
  assert.match(dossier, /Testo citato: [^<]*La Sua richiesta è stata chiusa/);

  const [number] = (await auditor.getByRole('heading', { level: 1 }).innerText()).match(/\d{4}-\d{7}/);
  const opened = await waitForMail(number, 'Abbiamo ricevuto la Sua richiesta');
  const citizen = await anybody();
  await citizen.goto(opened.link);
  await citizen.getByText('Continua una Sua richiesta precedente, che si era chiusa.').waitFor();
  await citizen.getByText('Non si scarica ancora.').first().waitFor();
  await look(citizen, 'cittadino-continua');
});

walk('a mail of another sender is marked and reopens nothing; a revoked link says what to do', async ({ as, anybody, look }) => {
  const ticket = await openTicket('010905');
  const operator = await as('operatore_asr', '010905');
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { note: 'Il referto è ora disponibile.', padlock: 'Pubblica', status: 'Risolto' });
  const mail = await waitForMail(ticket.number, 'Il referto è ora disponibile');
  await sendMail(mail.replyTo, plain, 'Non va: mandatelo a me.', 'altro@example.org');

  await operator.goto(`/ticket/${ticket.id}`);
  assert.equal(await status(operator), 'Risolto');
  const note = operator.locator('.sol-note', { hasText: 'Non va: mandatelo a me.' });
  await note.getByText('Mittente non verificato (altro@example.org): l’indirizzo non è quello della richiesta.').waitFor();
  await look(operator, 'ticket-mittente');
  const citizen = await anybody();
  await citizen.goto(mail.link);
  await citizen.getByText('Arrivata per e-mail da un mittente non verificato').waitFor();
  assert.equal(await citizen.getByText('altro@example.org').count(), 0, 'the citizen does not see who wrote');
  await look(citizen, 'cittadino-mittente');

  await tabTo(operator, 'Annulla i collegamenti del cittadino');
  await operator.keyboard.press('Enter');
  await operator.getByLabel('Perché li annulla').fill('Il collegamento è stato inoltrato');
  await look(operator, 'ticket-collegamenti');
  await operator.getByRole('button', { name: 'Annulla i collegamenti' }).click();
  await operator.getByText('I collegamenti e gli indirizzi di risposta precedenti non valgono più.').waitFor();
  await citizen.goto(mail.link);
  await citizen.getByRole('heading', { name: 'Questo collegamento non vale più' }).waitFor();
  await look(citizen, 'cittadino-collegamento-annullato');
  await assert.rejects(sendMail(mail.replyTo, plain, 'Ancora io'), /550 5\.7\.1 Questo indirizzo di risposta non vale piu/);
  const renewed = await waitForMail(ticket.number, 'Le inviamo un nuovo collegamento');
  await citizen.goto(renewed.link);
  await citizen.getByText('Il referto è ora disponibile.').first().waitFor();
});
