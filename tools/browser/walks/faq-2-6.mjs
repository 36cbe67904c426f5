// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { fill, send, status, update } from '../support/ticketpage.mjs';
import { openTicket } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

walk('FAQ 2.6: an ASR hands over to the Region, which redirects to another ASR', async ({ as, look }) => {
  const ticket = await openTicket('010207', { problem: 'altro' });
  const asr = await as('operatore_asr', '010207');
  await asr.goto(`/ticket/${ticket.id}`);
  await fill(asr, { note: 'Il referto non è nostro.', padlock: 'Pubblica', status: 'Non di competenza' });
  const audience = await asr.locator('#lettore').innerText();
  assert.match(audience, /assistenza regionale, non il cittadino/, 'the audience of the note depends on the status');
  await look(asr, 'ticket-inoltra');
  await send(asr);
  await asr.getByText('Sola lettura').waitFor();
  assert.equal(await status(asr), 'Non di competenza');
  await look(asr, 'ticket-traccia');
  await asr.goto('/code/inoltrate');
  await asr.getByRole('link', { name: ticket.number }).waitFor();
  await look(asr, 'coda-inoltrate');

  const region = await as('operatore_regionale', 'regione');
  await region.getByRole('searchbox').fill(ticket.number);
  await region.getByRole('link', { name: ticket.number }).click();
  await region.getByText('Il referto non è nostro.').waitFor();
  await look(region, 'ticket-regione');
  await region.getByRole('button', { name: 'Prendi in carico' }).click();
  await region.getByText('La richiesta è in carico a Lei.').waitFor();
  await update(region, { note: 'Risulta alla ASL NO.', padlock: 'Pubblica', status: 'Nuovo, presso un’altra ASR', asr: 'ASL NO' });

  const novara = await as('operatore_asr', '010208');
  await novara.goto(`/ticket/${ticket.id}`);
  assert.equal(await status(novara), 'Nuovo');
  await novara.getByText('Risulta alla ASL NO.').waitFor();
  assert.ok(!(await novara.getByRole('main').innerText()).includes('Il referto non è nostro.'), 'the next ASR reads only the note of the redirect');
});

walk('FAQ 2.6: taken back before the Region takes it, without script', async ({ as }) => {
  const ticket = await openTicket('010207', { problem: 'altro' });
  const asr = await as('operatore_asr', '010207', 1, { javaScriptEnabled: false });
  await asr.goto(`/ticket/${ticket.id}`);
  await update(asr, { note: 'Non è nostro.', padlock: 'Pubblica', status: 'Non di competenza' });
  await asr.getByText('Sola lettura').waitFor();
  await update(asr, { status: 'Nuovo (riprende la richiesta', reason: 'Trovato, è nostro' });
  assert.equal(await status(asr), 'Nuovo');
});
