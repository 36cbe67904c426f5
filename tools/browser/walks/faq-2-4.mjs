// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { fill, send, status } from '../support/ticketpage.mjs';
import { openTicket } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

walk('FAQ 2.4: asking the citizen', async ({ as, look }) => {
  const ticket = await openTicket('010205');
  const page = await as('operatore_asr', '010205');
  await page.goto(`/ticket/${ticket.id}`);
  const reader = page.locator('#lettore');
  assert.match(await reader.innerText(), /solo la Sua Azienda/, 'a note is internal by default');
  await fill(page, { note: 'In che data ha fatto il prelievo?', padlock: 'Pubblica', status: 'In attesa di informazioni da utente' });
  assert.match(await reader.innerText(), /il cittadino/, 'the form shows the audience of the note');
  await look(page, 'ticket-chiede');
  await send(page);
  assert.equal(await status(page), 'In attesa di informazioni da utente');
  await look(page, 'ticket-in-attesa');
});

walk('FAQ 2.4: a question needs a public note, and a refused form keeps its text', async ({ as, look }) => {
  const ticket = await openTicket('010205');
  const page = await as('operatore_asr', '010205', 1);
  await page.goto(`/ticket/${ticket.id}`);
  await fill(page, { note: 'In che data?', status: 'In attesa di informazioni da utente' }); // the note is still internal
  await page.getByRole('button', { name: 'Aggiorna', exact: true }).click();
  const message = page.locator('#errore');
  await message.waitFor();
  assert.match(await message.innerText(), /nota pubblica/);
  assert.equal(await page.getByLabel('Nota', { exact: true }).inputValue(), 'In che data?');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'errore');
  await look(page, 'ticket-rifiutato');
  await page.getByText('Pubblica', { exact: true }).click();
  await send(page);
});

walk('undo withdraws a note that is still held, with its status', async ({ as, look }) => {
  const ticket = await openTicket('010205');
  const page = await as('operatore_asr', '010205', 1);
  await page.goto(`/ticket/${ticket.id}`);
  await fill(page, { note: 'Ho sbagliato richiesta', padlock: 'Pubblica', status: 'In attesa di informazioni da utente' });
  await send(page);
  await page.getByRole('button', { name: 'Annulla l’azione' }).click();
  await page.getByText('è stata annullata').waitFor();
  assert.equal(await status(page), 'Nuovo');
  await page.getByText('La nota annullata era al cittadino, con lo stato «In attesa di informazioni da utente»').waitFor();
  await look(page, 'ticket-annullato');
});
