// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// A request for another person: the form shows the privacy statement of the chosen entity, and nothing leaves before an operator has checked that the
// requester may ask.

import assert from 'node:assert/strict';
import { newTaxCode } from '../support/product.mjs';
import { fill, submitForm, update } from '../support/ticketpage.mjs';
import { walk } from '../support/walk.mjs';

walk('representation: the form shows the entity’s statement, and an answer waits for the check', async ({ as, anybody, look }) => {
  const administrator = await as('amministratore', '');
  await administrator.goto('/amministrazione/informative');
  await administrator.locator('#campo-ente').selectOption('010906');
  await administrator.locator('#campo-testo').fill(`Titolare del trattamento: Azienda di prova.\n\nI dati servono a rispondere alla richiesta. Edizione ${Date.now()}.`);
  await administrator.getByRole('button', { name: 'Pubblica una nuova versione' }).click();
  await administrator.getByText('L’informativa è pubblicata').waitFor();
  await look(administrator, 'representation-statements');

  const citizen = await anybody();
  await citizen.goto('/assistenza/ritiro-documenti?tipologia=referto-non-trovato');
  await citizen.getByRole('button', { name: 'Invia la richiesta' }).click();
  await citizen.getByText('da correggere').waitFor(); // the script puts the refused form in the place of the first one
  await citizen.locator('input[name=per][value=delegato]').check();
  for (const [name, value] of Object.entries({ interessato: 'Altra Finta', nome: 'Prova', cognome: 'Fittizia', codice_fiscale: await newTaxCode(), email: 'prova@example.org', telefono: '011 0000000' })) {
    await citizen.locator(`#campo-${name}`).fill(value);
  }
  await citizen.locator('#campo-ente').selectOption('010906');
  await citizen.getByText('Titolare del trattamento: Azienda di prova.').waitFor();
  await look(citizen, 'representation-form');
  await citizen.locator('#campo-descrizione').fill('Non trova il referto.');
  await citizen.getByRole('button', { name: 'Invia la richiesta' }).click();
  const number = (await citizen.getByText(/\d{4}-\d{7}/).first().textContent()).match(/\d{4}-\d{7}/)[0];

  const operator = await as('operatore_asr', '010906');
  await operator.goto('/code/nuove');
  await operator.locator('tr', { hasText: number }).getByText('rappresentanza non verificata').waitFor();
  await operator.getByLabel('Rappresentanza').selectOption({ label: 'rappresentanza non verificata' });
  await operator.getByText('Togli i filtri').waitFor();
  await operator.locator('tr', { hasText: number }).waitFor();
  await look(operator, 'representation-list');
  await operator.getByRole('link', { name: number }).click();
  await operator.locator('.sol-badge', { hasText: 'Rappresentanza non verificata' }).waitFor();
  await look(operator, 'representation-unverified');
  await fill(operator, { note: 'Il referto è pronto.', padlock: 'Pubblica', status: 'Risolto' });
  await submitForm(operator, () => operator.getByRole('button', { name: 'Aggiorna', exact: true }).click());
  await operator.getByText('registri prima la verifica').first().waitFor();
  await look(operator, 'representation-refused');
  await operator.locator('#campo-rapp-tipo').selectOption('delega');
  await operator.locator('#campo-rapp-visto').fill('Documento d’identità e delega');
  await operator.locator('#campo-rapp-atto').fill('Delega firmata');
  await operator.locator('#campo-rapp-data').fill('2026-01-07');
  await operator.locator('#campo-rapp-fino').fill('2027-01-07');
  await submitForm(operator, () => operator.getByRole('button', { name: 'Rappresentanza verificata' }).click());
  await operator.locator('.sol-badge', { hasText: 'Rappresentanza verificata' }).waitFor();
  await look(operator, 'representation-verified');
  await update(operator, { note: 'Il referto è pronto.', padlock: 'Pubblica', status: 'Risolto' });
  assert.equal(await operator.getByText('registri prima la verifica').count(), 0);
  await operator.getByText('Registra un’altra verifica').click();
  await operator.locator('#campo-rapp-tipo').selectOption('delega');
  await operator.locator('#campo-rapp-motivo').fill('La delega non è firmata');
  await submitForm(operator, () => operator.getByRole('button', { name: 'Non la riconosco' }).click());
  await operator.getByText('Chi ha scritto non legge più le risposte').waitFor();
  await look(operator, 'representation-withheld');
});
