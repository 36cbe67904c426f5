// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { status, update } from '../support/ticketpage.mjs';
import { openTicket } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

walk('FAQ 2.5: resolved, with the reason; operators cannot close', async ({ as, look }) => {
  const ticket = await openTicket('010206');
  const page = await as('operatore_asr', '010206');
  await page.goto(`/ticket/${ticket.id}`);
  const offered = await page.getByLabel('Stato', { exact: true }).locator('option').allInnerTexts();
  assert.ok(!offered.some(o => o.trim().startsWith('Chiuso')), `«Chiuso» is not offered: ${offered}`);
  await update(page, { note: 'Il referto ora si scarica.', padlock: 'Pubblica', status: 'Risolto' });
  assert.equal(await status(page), 'Risolto');
  await page.getByText('si chiude da sola').waitFor();
  await look(page, 'ticket-risolto');
  await page.goto('/code/risolte');
  await page.getByRole('link', { name: ticket.number }).waitFor();
  await look(page, 'coda-risolte');
});

walk('FAQ 2.5: reopened with a reason', async ({ as }) => {
  const ticket = await openTicket('010206');
  const page = await as('operatore_asr', '010206', 1);
  await page.goto(`/ticket/${ticket.id}`);
  await update(page, { note: 'Risolta.', padlock: 'Pubblica', status: 'Risolto' });
  await update(page, { status: 'In lavorazione', reason: 'Il cittadino ha telefonato' });
  assert.equal(await status(page), 'In lavorazione');
});
