// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// The search box in the header: what it finds while somebody types, by keyboard and without script, and what it says when it finds nothing.

import assert from 'node:assert/strict';
import { openTicket } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n').toString('base64');

const requester = { given_name: 'Nicolò', family_name: 'D’Angelo-Provino', email: 'nicolo.provino@posta.example.it', phone: '+39 333 7650321' };

walk('the search box in the header finds a ticket as one types', async ({ as, look }) => {
  const ticket = await openTicket('010204', { problem: 'altro', requester, attachments: [{ name: 'ricevuta_provino_marzo.pdf', content_base64: pdf }] });
  const page = await as('operatore_asr', '010204');
  const box = page.getByRole('combobox', { name: 'Numero, nome, telefono' });
  const option = page.getByRole('option').filter({ hasText: ticket.number });
  for (const typed of [ticket.number, `n. ${ticket.number}`, ticket.number.slice(5), 'dangelo prov', 'Nicolo D’Angelo', '3337650321', '333 765 03 21', '+39 333 7650321',
    'nicolo.provino@posta.example.it', 'ricevuta_provino_marzo.pdf', 'provino referto']) {
    await box.fill(typed);
    await option.waitFor();
    assert.equal(await box.getAttribute('aria-expanded'), 'true', typed);
    await box.fill('');
    await option.waitFor({ state: 'hidden' });
  }
  await box.pressSequentially('dangelo provino');
  await option.waitFor();
  assert.match(await option.innerText(), /D’Angelo-Provino Nicolò/);
  await look(page, 'cerca-suggerimenti');
  await page.keyboard.press('ArrowDown');
  assert.equal(await box.getAttribute('aria-activedescendant'), await option.getAttribute('id'), 'the arrow chooses the first one');
  await page.keyboard.press('Escape');
  assert.equal(await box.getAttribute('aria-expanded'), 'false', 'Esc closes the list');
  assert.equal(await box.inputValue(), 'dangelo provino', 'Esc keeps what was typed');
  await page.keyboard.press('ArrowDown');
  await option.waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `Richiesta ${ticket.number}` }).waitFor();

  await box.fill('nessunochesichiamicosi');
  await page.getByText('Nessuna richiesta trovata').first().waitFor();
  await look(page, 'cerca-niente');
  await box.fill('x');
  await page.getByText('almeno due lettere').first().waitFor();
  await box.fill('provino');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Richieste trovate' }).waitFor();
  await page.getByRole('link', { name: ticket.number }).waitFor();
  assert.doesNotMatch(page.url(), /provino/, 'the address does not contain the name');
  assert.equal(await box.inputValue(), 'provino');
  await look(page, 'cerca-trovate');
  await page.goto('/cerca');
  await look(page, 'cerca-vuota');
});

walk('the search box says when the search does not answer', async ({ as, look }) => {
  const page = await as('supervisore_asr', '010204', 0, { cuts: true });
  await page.route('**/cerca/suggerimenti', (route) => route.abort());
  await page.getByRole('combobox', { name: 'Numero, nome, telefono' }).fill('provino');
  await page.getByText('La ricerca non risponde').waitFor();
  await look(page, 'cerca-errore');
});

walk('the search box works without script', async ({ as }) => {
  const ticket = await openTicket('010204', { problem: 'altro', requester: { ...requester, family_name: 'Senzascript' } });
  const page = await as('operatore_asr', '010204', 0, { javaScriptEnabled: false });
  await page.getByLabel('Numero, nome, telefono').fill('senzascr');
  await page.getByRole('button', { name: 'Elenca le richieste' }).click();
  await page.getByRole('link', { name: ticket.number }).waitFor();
});
