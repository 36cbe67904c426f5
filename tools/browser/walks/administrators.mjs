// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Two administrators: what one asks for, the other confirms or refuses. Auditors see who, whom, what, before and after.

import assert from 'node:assert/strict';
import { who } from '../support/product.mjs';
import { walk } from '../support/walk.mjs';

const title = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

// newPerson opens the form of a new person, fills it in and sends it.
async function newPerson(page, username, family, role, reason) {
  await page.goto('/amministrazione/persone/nuova');
  await page.getByLabel('Nome utente').fill(username);
  await page.getByLabel('Nome', { exact: true }).fill('Prova');
  await page.getByLabel('Cognome').fill(family);
  await page.getByLabel('Ruolo').selectOption(role);
  await page.getByRole('textbox', { name: 'Motivo' }).fill(reason);
  await page.getByRole('button', { name: 'Crea la persona' }).click();
  await title(page, `Prova ${family}`);
}

walk('a second administrator confirms or refuses what the first asks for, and the auditor sees it', async ({ as, anybody, look }) => {
  const [ada, bruno, auditor] = [await as('amministratore', '', 0), await as('amministratore', '', 1), await as('auditor')];
  const number = Date.now() % 1e6;
  const username = `revisore.finto.${number}`, family = `Fittizia ${number}`;
  await newPerson(ada, username, family, 'auditor', 'sostituisce un revisore');
  await ada.getByText('Serve la conferma di un altro amministratore.', { exact: true }).waitFor();
  const secrets = ada.locator('.alert-warning .sol-facts code');
  assert.equal(await secrets.count(), 1, 'who asks sees the password alone');
  const password = await secrets.innerText();
  await look(ada, 'amministrazione-persona-chiesta');

  const one = await anybody();
  const enter = async (secret, pin) => {
    await one.goto('/accesso');
    await one.getByLabel('Nome utente').fill(username);
    await one.getByLabel('Password').fill(secret);
    await one.getByLabel('PIN').fill(pin);
    await one.getByRole('button', { name: 'Accedi' }).click();
  };
  await enter(password, '123456');
  await one.getByText('Accesso non riuscito').waitFor();

  await ada.goto('/amministrazione/conferme');
  assert.equal(await ada.getByRole('button', { name: new RegExp(`^Conferma: .*${family}`) }).count(), 0, 'who asks does not confirm');
  await ada.getByRole('button', { name: new RegExp(`^Ritira: .*${family}`) }).waitFor();
  await bruno.goto('/amministrazione');
  await bruno.getByRole('navigation', { name: 'Principale' }).getByRole('link', { name: /Conferme.*in attesa di Lei/ }).click();
  await title(bruno, 'Conferme');
  await look(bruno, 'amministrazione-conferme');
  await bruno.getByRole('button', { name: new RegExp(`^Conferma: .*${family}`) }).click();
  await bruno.getByText('Il PIN si vede solo adesso').waitFor();
  const pin = await bruno.locator('.alert-warning .sol-facts code').innerText();
  await look(bruno, 'amministrazione-confermata');

  await enter(password, pin);
  await title(one, 'Cambi password e PIN');
  assert.equal(await one.locator('body[data-sol-stream]').count(), 0, 'the page does not ask for what is refused, and does not say that the session has ended');
  await look(one, 'credenziali');
  await one.goto('/revisione/ruoli'); // nothing else is possible before
  await title(one, 'Cambi password e PIN');
  const change = async chosen => {
    await one.getByLabel('Password attuale').fill(password);
    await one.getByLabel('PIN attuale').fill(pin);
    await one.getByLabel('Nuova password', { exact: true }).fill(chosen);
    await one.getByLabel('Nuova password, di nuovo').fill(chosen);
    await one.getByLabel('Nuovo PIN').fill('97531');
    await one.getByRole('button', { name: 'Cambia password e PIN' }).click();
  };
  await change(password);
  await one.locator('#errore', { hasText: 'È la password che usa già' }).waitFor();
  await look(one, 'credenziali-errore');
  await change('un giardino di limoni');
  await title(one, 'Ruoli e credenziali'); // where the person wanted to go

  await newPerson(ada, `negata.${number}`, `Negata ${number}`, 'amministratore', 'per prova');
  await bruno.goto('/amministrazione/conferme');
  await bruno.getByText(`Rifiuta: Creare la persona con il ruolo Amministratore, Prova Negata ${number}`).click();
  await bruno.getByLabel('Perché').fill('non serve un terzo amministratore');
  await bruno.getByRole('button', { name: new RegExp(`^Rifiuta: .*Negata ${number}`) }).click();
  await bruno.getByText('La domanda è rifiutata').waitFor();

  await auditor.goto('/revisione/ruoli');
  const [asks, confirms] = [who('amministratore', '', 0), who('amministratore', '', 1)];
  assert.notEqual(asks.username, confirms.username);
  const confirmed = auditor.getByRole('listitem').filter({ hasText: 'Confermato' }).filter({ hasText: family });
  assert.match(await confirmed.innerText(), /Prima\s+nessun ruolo · nessuna credenziale\s+Dopo\s+Revisore · credenziali provvisorie/);
  const refused = auditor.getByRole('listitem').filter({ hasText: 'Rifiutato' }).filter({ hasText: `Negata ${number}` });
  assert.match(await refused.innerText(), /non serve un terzo amministratore/);
  await look(auditor, 'revisione-ruoli');
  await auditor.getByRole('link', { name: 'Chiavi', exact: true }).click();
  await auditor.getByText('Collegamenti personali').waitFor();
  await look(auditor, 'revisione-chiavi');
  await auditor.goto('/revisione/accessi');
  await title(auditor, 'Accessi al servizio');
  await auditor.getByRole('row').filter({ hasText: 'Accesso non riuscito' }).filter({ hasText: family }).first().waitFor();
  await look(auditor, 'revisione-accessi-persone');
});

walk('one administrator acts alone in an emergency, and another reviews it', async ({ as, look }) => {
  const [ada, bruno, auditor] = [await as('amministratore', '', 0), await as('amministratore', '', 1), await as('auditor')];
  const number = Date.now() % 1e6;
  await ada.goto('/amministrazione/persone/nuova');
  await ada.getByLabel('Nome utente').fill(`urgente.${number}`);
  await ada.getByLabel('Nome', { exact: true }).fill('Prova');
  await ada.getByLabel('Cognome').fill(`Urgente ${number}`);
  await ada.getByLabel('Ruolo').selectOption('auditor');
  await ada.getByText('Emergenza: da solo').click();
  await ada.getByLabel('Procedo da solo').check();
  await look(ada, 'amministrazione-emergenza');
  await ada.getByRole('button', { name: 'Crea la persona' }).click();
  await ada.locator('#errore', { hasText: 'Un accesso di emergenza richiede un motivo' }).waitFor();
  await ada.getByRole('textbox', { name: 'Motivo' }).fill('il collega è irraggiungibile');
  assert.ok(await ada.getByLabel('Procedo da solo').isChecked(), 'nothing that was typed is lost');
  await ada.getByRole('button', { name: 'Crea la persona' }).click();
  await title(ada, `Prova Urgente ${number}`);
  for (const page of [bruno, auditor]) {
    await page.reload();
    await page.getByText('Un accesso di emergenza attende la verifica').waitFor();
  }
  await auditor.getByRole('link', { name: 'Chi, che cosa e perché' }).click();
  await auditor.getByRole('heading', { name: 'Accessi di emergenza da verificare' }).waitFor();
  await look(auditor, 'revisione-emergenza');
  await bruno.getByRole('link', { name: 'Chi, che cosa e perché' }).click();
  await look(bruno, 'amministrazione-emergenze');
  await bruno.getByLabel('Non giustificato').check();
  await bruno.getByLabel('Che cosa ha verificato').fill('il collega rispondeva');
  await bruno.getByRole('button', { name: /^Registra la verifica/ }).click();
  await bruno.getByText('La verifica dell’emergenza è registrata').waitFor();
  await bruno.reload();
  assert.equal(await bruno.getByText('Un accesso di emergenza attende').count(), 0);
});

walk('an API token that reads waits for a second administrator', async ({ as, look }) => {
  const [ada, bruno] = [await as('amministratore', '', 0), await as('amministratore', '', 1)];
  const number = Date.now() % 1e6;
  await newPerson(ada, `portale.${number}`, `Portale ${number}`, 'integrazione', 'un altro sistema');
  await ada.goto('/amministrazione/chiavi');
  await title(ada, 'Chiavi API');
  await look(ada, 'amministrazione-chiavi');
  await ada.getByLabel('Nome utente dell’integrazione').fill(`portale.${number}`);
  await ada.getByLabel('Nome della chiave').fill(`Sportello ${number}`);
  await ada.getByLabel('Leggere le richieste dell’ente').check();
  await ada.getByLabel('Vale fino al').fill(new Date(Date.now() + 30 * 864e5).toISOString().slice(0, 10));
  const create = ada.getByRole('button', { name: 'Crea la chiave' });
  await create.click();
  await ada.locator('#errore', { hasText: 'vale per un solo ente' }).waitFor();
  assert.ok(await ada.getByLabel('Leggere le richieste dell’ente').isChecked(), 'nothing that was typed is lost');
  await look(ada, 'amministrazione-chiavi-errore');
  await ada.getByLabel('Per quale ente').selectOption('010301');
  await create.click();
  await ada.getByText('Non vale ancora').waitFor();
  const token = await ada.locator('.alert-warning code').innerText();
  await look(ada, 'amministrazione-chiave-attende');
  const reads = () => ada.request.get('/api/v1/tickets?limit=1', { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await reads()).status(), 401, 'a token that waits is refused');

  await bruno.goto('/amministrazione/conferme');
  await bruno.getByRole('button', { name: new RegExp(`^Conferma: Creare una chiave API .*Portale ${number}`) }).click();
  await bruno.getByText('è confermata').waitFor();
  assert.equal((await reads()).status(), 200, 'the token that was confirmed reads');
  await bruno.goto('/amministrazione/chiavi');
  const row = bruno.getByRole('listitem').filter({ hasText: `Sportello ${number}` });
  await row.getByText('Leggere le richieste dell’ente').waitFor();
  await look(bruno, 'amministrazione-chiavi-elenco');
  await row.getByRole('button', { name: 'Revoca la chiave' }).click();
  await bruno.getByText('La chiave API è revocata').waitFor();
  assert.equal((await reads()).status(), 401, 'the revocation holds at once');
});
