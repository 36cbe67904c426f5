// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { status } from '../support/ticketpage.mjs';
import { pick, tabTo } from '../support/keyboard.mjs';
import { openTicket, who } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

const done = page => page.getByText('La richiesta è stata aggiornata.').waitFor();

// enter logs in with the keyboard. The first element of the page is the link that skips the header.
async function enter(page, one) {
  await page.goto('/accesso');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.innerText), 'Vai al contenuto');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Nome utente');
  await page.keyboard.type(one.username);
  await tabTo(page, 'Password');
  await page.keyboard.type(one.password);
  await tabTo(page, 'PIN');
  await page.keyboard.type(one.pin);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Nuove', level: 1 }).waitFor();
}

// find searches for a ticket by its number and opens it.
async function find(page, number) {
  await tabTo(page, 'Cerca');
  await page.keyboard.type(number);
  await page.locator('#annunci', { hasText: '1 richiesta' }).waitFor({ state: 'attached' }); // announced to screen readers
  await tabTo(page, number);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `Richiesta ${number}` }).waitFor();
}

walk('FAQ 2.3, 2.4 and 2.5 with the keyboard alone', async ({ anybody }) => {
  const ticket = await openTicket('010209', { problem: 'altro' });
  const page = await anybody();
  await enter(page, who('operatore_asr', '010209'));
  await find(page, ticket.number);

  await tabTo(page, 'Operatore'); // 2.3
  await pick(page, 'Supervisori');
  await tabTo(page, 'Aggiorna');
  await page.keyboard.press('Enter');
  await done(page);

  const ask = async (note, option) => {
    await page.goto(`/ticket/${ticket.id}`);
    await tabTo(page, 'Interna');
    await page.keyboard.press('ArrowRight');
    assert.ok(await page.getByRole('radio', { name: 'Pubblica' }).isChecked(), 'the arrow key makes the note public');
    await tabTo(page, 'Nota');
    await page.keyboard.type(note);
    await tabTo(page, 'Stato');
    await pick(page, option);
    await tabTo(page, 'Aggiorna');
    await page.keyboard.press('Enter');
    await done(page);
    assert.equal(await status(page), option);
  };
  await ask('In che data?', 'In attesa di informazioni da utente'); // 2.4
  await ask('Il referto si scarica.', 'Risolto'); // 2.5
});

walk('FAQ 2.6 with the keyboard alone', async ({ anybody }) => {
  const ticket = await openTicket('010211', { problem: 'altro' });
  const page = await anybody();
  await enter(page, who('operatore_asr', '010211'));
  await find(page, ticket.number);
  await tabTo(page, 'Interna');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, 'Nota');
  await page.keyboard.type('Non è nostra.');
  await tabTo(page, 'Stato');
  await pick(page, 'Non di competenza');
  await tabTo(page, 'Aggiorna');
  await page.keyboard.press('Enter');
  await done(page);
  await page.getByText('Sola lettura').waitFor();
});
