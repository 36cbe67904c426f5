// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { status, update } from '../support/ticketpage.mjs';
import { openTicket, who } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

// name returns the name of a demo identity as pages show it.
const name = one => one.username.split('.').map(w => w[0].toUpperCase() + w.slice(1)).join(' ');

walk('FAQ 2.3: to another operator of one’s own Azienda', async ({ as, look }) => {
  const ticket = await openTicket('010203');
  const colleague = who('operatore_asr', '010203', 1);
  const page = await as('operatore_asr', '010203');
  await page.getByRole('link', { name: ticket.number }).click();
  await look(page, 'ticket-nuovo');

  const menu = page.getByLabel('Operatore', { exact: true });
  const offered = (await menu.locator('option').allInnerTexts()).join('\n');
  assert.match(offered, /Regione Piemonte/);
  assert.match(offered, /Supervisori ASL TO3/);
  await update(page, { operator: name(colleague) });
  assert.ok((await page.getByRole('main').innerText()).includes(`in carico a ASL TO3, ${name(colleague)}`));
  assert.equal(await status(page), 'Nuovo', 'assigning does not change the status');
  await look(page, 'ticket-assegnato');

  const theirs = await as('operatore_asr', '010203', 1);
  await theirs.getByRole('navigation', { name: 'Code' }).getByRole('link', { name: /^Le mie/ }).click();
  await theirs.getByRole('link', { name: ticket.number }).waitFor();
  await look(theirs, 'coda-mie');
});

walk('FAQ 2.3: to the supervisors, without script', async ({ as }) => {
  const ticket = await openTicket('010204');
  const page = await as('operatore_asr', '010204', 0, { javaScriptEnabled: false });
  await page.goto(`/ticket/${ticket.id}`);
  await update(page, { operator: 'Supervisori' });
  const chief = await as('supervisore_asr', '010204');
  await chief.goto(`/ticket/${ticket.id}`);
  assert.match(await chief.getByRole('main').innerText(), /[Ss]upervisori/);
});
