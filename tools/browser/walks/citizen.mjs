// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { status, update } from '../support/ticketpage.mjs';
import { waitForMail } from '../support/mail.mjs';
import { openTicket, who } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

const question = 'In che data ha fatto il prelievo?';

walk('FAQ 2.4: a citizen without an account answers through the personal link', async ({ as, anybody, look }) => {
  const ticket = await openTicket('010908');
  const operator = await as('operatore_asr', '010908');
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { note: 'Chiamare il laboratorio' }); // internal
  await update(operator, { note: question, padlock: 'Pubblica', status: 'In attesa di informazioni da utente' });

  const { link } = await waitForMail(ticket.number, question);
  const citizen = await anybody();
  await citizen.goto(link);
  await citizen.getByText(question).first().waitFor();
  const text = await citizen.locator('body').innerText();
  assert.ok(!text.includes('laboratorio'), 'the citizen does not see an internal note');
  assert.ok(!/in_attesa|non_di_competenza/.test(text), 'the citizen reads plain words');
  await look(citizen, 'cittadino-domanda');
  await citizen.getByLabel('La Sua risposta').fill('Il 3 novembre.');
  await citizen.getByLabel('Allegati').setInputFiles({ name: 'foglio.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') });
  await citizen.getByRole('button', { name: 'Invia la risposta' }).click();
  await citizen.locator('.sol-letter-mine', { hasText: 'Il 3 novembre.' }).waitFor();
  await look(citizen, 'cittadino-risposto');

  await operator.goto(`/ticket/${ticket.id}`);
  assert.equal(await status(operator), 'In lavorazione');
  await operator.getByText('Il 3 novembre.').waitFor();
  await operator.getByText('foglio.pdf').waitFor();
});

walk('FAQ 2.4 and 2.5: a citizen with an account rejects a resolution, without script', async ({ as }) => {
  const ticket = await openTicket('010909', { as: who('cittadino') });
  const operator = await as('operatore_asr', '010909', 1);
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { note: 'Ora si scarica.', padlock: 'Pubblica', status: 'Risolto' });

  const citizen = await as('cittadino', '', 0, { javaScriptEnabled: false });
  await citizen.getByRole('link', { name: ticket.number }).click();
  await waitForText(citizen, 'Ora si scarica.');
  await citizen.getByText('Il problema non è risolto').click();
  await citizen.getByLabel('Il Suo messaggio').fill('Non si scarica ancora.');
  await citizen.getByRole('button', { name: 'Invia', exact: true }).click();
  await citizen.locator('.sol-letter-mine', { hasText: 'Non si scarica ancora.' }).waitFor();

  await operator.goto(`/ticket/${ticket.id}`);
  assert.equal(await status(operator), 'In lavorazione');
  await operator.getByText('Non si scarica ancora.').waitFor();
});

// waitForText reloads the page, for up to 60 s, until it shows the text: a note becomes visible when it can no longer be undone.
async function waitForText(page, text) {
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    if (await page.getByText(text).count() > 0) return;
    await page.reload();
  }
  assert.fail(`the citizen does not read «${text}»`);
}

walk('FAQ 2.6: the citizen sees a hand-over in plain words, and never its note', async ({ as, look }) => {
  const ticket = await openTicket('010203', { as: who('cittadino', '', 1), problem: 'altro' });
  const operator = await as('operatore_asr', '010203');
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { note: 'Non riguarda i nostri sistemi.', padlock: 'Pubblica', status: 'Non di competenza' });
  const region = await as('operatore_regionale', 'regione');
  await region.goto(`/ticket/${ticket.id}`);
  await region.getByText('Non riguarda i nostri sistemi.').waitFor();

  const citizen = await as('cittadino', '', 1);
  await look(citizen, 'cittadino-richieste');
  await citizen.getByRole('link', { name: ticket.number }).click();
  await waitForText(citizen, 'In carico all’assistenza regionale');
  assert.ok(!(await citizen.content()).includes('Non riguarda i nostri sistemi.'), 'the page source does not contain the note');
  await look(citizen, 'cittadino-inoltrata');
});
