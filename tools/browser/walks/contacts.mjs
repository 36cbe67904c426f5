// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Contacts of citizens: a wrong address, none at all, and an answer to a request that was merged with another one.

import assert from 'node:assert/strict';
import { newTaxCode, openTicket } from '../support/product.mjs';
import { waitForMail } from '../support/mail.mjs';
import { status, submitForm, update } from '../support/ticketpage.mjs';
import { walk } from '../support/walk.mjs';

walk('contacts: after a 550 an operator corrects the address, and the mail goes out again', async ({ as, anybody, look }) => {
  const ticket = await openTicket('010905', { requester: { email: 'rifiutata@example.it' } });
  const operator = await as('operatore_asr', '010905');
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { note: 'In che data ha fatto il prelievo corretto?', padlock: 'Pubblica', status: 'In attesa di informazioni da utente' });
  await operator.locator('.alert', { hasText: 'E-mail non consegnata:' }).waitFor({ timeout: 60_000 });
  await look(operator, 'contacts-failed');
  await operator.getByRole('link', { name: 'corregga l’indirizzo' }).click();
  await operator.locator('#campo-recapito-email:focus').waitFor(); // the link opens the fold
  await operator.keyboard.press('Control+A');
  await operator.keyboard.type('non un indirizzo');
  await submitForm(operator, () => operator.getByRole('button', { name: 'Correggi', exact: true }).click());
  await operator.getByText('Qualcosa va corretto').waitFor();
  await look(operator, 'contacts-refused');
  await operator.locator('#campo-recapito-email').fill('giusta@example.it');
  await operator.locator('#campo-recapito-motivo').fill('L’ha detto al telefono');
  await submitForm(operator, () => operator.getByRole('button', { name: 'Correggi', exact: true }).click());
  await operator.getByText('I recapiti sono stati corretti.').waitFor();
  assert.equal(await operator.locator('.alert', { hasText: 'E-mail non consegnata:' }).count(), 0, 'the mark is gone');
  const mail = await waitForMail(ticket.number, 'prelievo corretto');
  assert.match(mail.text, /^To: <giusta@example\.it>/m);
  const citizen = await anybody();
  await citizen.goto(mail.link);
  await citizen.getByText('prelievo corretto').first().waitFor();
});

walk('contacts: a request by telephone without e-mail is told by telephone', async ({ as, look }) => {
  const operator = await as('operatore_asr', '010905');
  await operator.goto('/assistenza/ritiro-documenti?tipologia=referto-non-trovato');
  await operator.locator('input[name=canale][value=telefono]').check();
  await operator.locator('input[name=per]').first().check();
  for (const [name, value] of Object.entries({ nome: 'Prova', cognome: 'Fittizia', codice_fiscale: await newTaxCode(), telefono: '011 0000000' })) {
    await operator.locator(`#campo-${name}`).fill(value);
  }
  await operator.locator('#campo-ente').selectOption('010905');
  await operator.locator('#campo-descrizione').fill('Al telefono: non trova il referto.');
  await operator.getByRole('button', { name: 'Invia la richiesta' }).click();
  await operator.getByText('Non ha un’e-mail: le risposte gli vanno comunicate').waitFor();
  await operator.getByRole('link', { name: 'Apri la richiesta' }).click();
  await update(operator, { note: 'Il referto è pronto.', padlock: 'Pubblica', status: 'Risolto' });
  await operator.locator('.alert', { hasText: 'Da comunicare per telefono o lettera:' }).waitFor();
  await look(operator, 'contacts-to-inform');
  await submitForm(operator, () => operator.getByRole('button', { name: 'per telefono', exact: true }).click());
  await operator.getByText('il cittadino ne ha avuto notizia').waitFor();
  assert.equal(await operator.getByText('Da comunicare per telefono o lettera:').count(), 0);
});

walk('contacts: an answer to a merged request reaches the other one', async ({ as, anybody, look }) => {
  const requester = { tax_code: await newTaxCode() };
  const main = await openTicket('010905', { requester });
  const duplicate = await openTicket('010905', { requester });
  const operator = await as('operatore_asr', '010905');
  await operator.goto(`/ticket/${main.id}`);
  await update(operator, { note: 'Quale referto?', padlock: 'Pubblica', status: 'In attesa di informazioni da utente' });
  await operator.goto(`/ticket/${duplicate.id}`);
  await operator.locator('#stato').selectOption('doppia');
  await operator.locator('#principale').fill(main.number);
  await update(operator, { note: 'È la stessa richiesta.', padlock: 'Pubblica' });
  const mail = await waitForMail(duplicate.number, 'stata unita');
  const citizen = await anybody();
  await citizen.goto(mail.link);
  await citizen.getByText('arriva a quella').waitFor();
  await look(citizen, 'contacts-merged');
  await citizen.locator('#campo-testo').fill('Quello di marzo.');
  await citizen.getByRole('button', { name: 'Invia', exact: true }).click();
  await citizen.getByText('Il Suo messaggio è stato inviato').first().waitFor();
  await operator.goto(`/ticket/${main.id}`);
  await operator.getByText('Quello di marzo.').waitFor();
  await operator.getByText('richiesta unita a questa').waitFor();
  assert.match(await status(operator), /In lavorazione/);
});
