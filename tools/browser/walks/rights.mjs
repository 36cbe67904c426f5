// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Who may see what, and who saw it: the pages of administrators, auditors, data protection officers and citizens, and a ticket with restricted access.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { openTicket, product, readAs, who } from '../support/product.mjs';
import { submitForm, update } from '../support/ticketpage.mjs';
import { walk } from '../support/walk.mjs';

const title = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

// download presses a link and returns the lines of the file that comes.
async function download(page, link, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
  assert.match(file.suggestedFilename(), name);
  return fs.readFileSync(await file.path(), 'utf8').trim().split('\n');
}

walk('rights: an administrator reads the table of rights, records an agreement and ends it', async ({ as, look }) => {
  const page = await as('amministratore');
  await page.goto('/amministrazione');
  await page.getByRole('navigation', { name: 'Amministrazione' }).getByRole('link', { name: 'Diritti' }).click();
  await title(page, 'Diritti');
  await page.getByText('Restringere l’accesso').first().waitFor();
  await look(page, 'amministrazione-diritti');
  await page.getByRole('navigation', { name: 'Amministrazione' }).getByRole('link', { name: 'Accordi' }).click();
  await title(page, 'Accordi');
  await look(page, 'amministrazione-accordi');
  await page.getByLabel('Ente', { exact: true }).selectOption('010905');
  await page.getByLabel('Che cosa permette').selectOption({ label: 'Cifre per persona nel cruscotto' });
  await page.getByLabel('Documento: titolo').fill('Accordo di prova, prot. 1234');
  await page.getByLabel('Firmato il').fill('2999-01-01');
  await page.getByRole('button', { name: 'Registra l’accordo' }).click();
  await page.getByText('una data fino a oggi').first().waitFor();
  assert.equal(await page.getByLabel('Documento: titolo').inputValue(), 'Accordo di prova, prot. 1234', 'what was typed is still there');
  await look(page, 'amministrazione-accordi-rifiutato');
  await page.getByLabel('Firmato il').fill('2026-02-02');
  await page.getByRole('button', { name: 'Registra l’accordo' }).click();
  await page.getByText('L’accordo è registrato').waitFor();
  const agreed = page.locator('.sol-changes > li', { hasText: 'prot. 1234' });
  await agreed.locator('summary').click();
  await agreed.getByLabel('Documento che lo termina').fill('Disdetta di prova, prot. 1235');
  await look(page, 'amministrazione-accordi-fine');
  await agreed.getByRole('button').click();
  await page.getByText('L’accordo è finito').waitFor();
});

walk('rights: an auditor of one entity searches the access log, and reports whose data were seen', async ({ as, look }) => {
  const ticket = await openTicket('010301', { problem: 'altro', requester: { family_name: 'Consultata' } });
  const reader = who('operatore_asr', '010301', 1);
  const operator = await as('operatore_asr', '010301', 1);
  await operator.goto(`/ticket/${ticket.id}`);
  const page = await as('auditor', '010301');
  await page.getByRole('link', { name: 'Consultazioni', exact: true }).click();
  await title(page, 'Registro delle consultazioni');
  await look(page, 'consultazioni');
  await page.getByLabel('Nome utente di chi ha guardato').fill('nessuno.qui');
  await page.getByRole('button', { name: 'Cerca', exact: true }).click();
  await page.getByText('Non c’è nessuna persona').first().waitFor();
  assert.equal(await page.getByLabel('Nome utente di chi ha guardato').inputValue(), 'nessuno.qui', 'what was typed is still there');
  await look(page, 'consultazioni-rifiutate');
  await page.getByLabel('Nome utente di chi ha guardato').fill(reader.username);
  await page.getByLabel('Numero della richiesta').fill(ticket.number);
  await page.getByRole('button', { name: 'Cerca', exact: true }).click();
  await page.getByRole('link', { name: ticket.number }).first().waitFor();
  await look(page, 'consultazioni-trovate');
  const records = await download(page, 'Scarica in CSV', /^consultazioni.*\.csv$/);
  assert.ok(records.length > 1 && records[1].includes(ticket.number), 'the file has the look');
  await page.goto('/revisione/consultazioni?dal=2020-01-01&al=2020-01-02');
  await page.getByText('Nessuna consultazione corrisponde').waitFor();
  await look(page, 'consultazioni-nessuna');

  await page.getByRole('link', { name: 'le persone coinvolte' }).click();
  await title(page, 'Persone coinvolte');
  await page.getByRole('button', { name: 'Mostra', exact: true }).click();
  await page.getByText('Indichi almeno una persona').first().waitFor();
  await look(page, 'persone-coinvolte-rifiutate');
  await page.getByLabel('Numeri delle richieste').fill(ticket.number);
  await page.getByRole('button', { name: 'Mostra', exact: true }).click();
  await page.getByText('Consultata Prova').waitFor();
  await look(page, 'persone-coinvolte');
  const report = await download(page, 'Scarica in CSV', /^persone-coinvolte.*\.csv$/);
  assert.ok(report.length === 2 && report[1].includes('prova@example.it'), 'the file has the person with the contacts');
  await page.goto('/revisione/persone-coinvolte?dal=2020-01-01&al=2020-01-02');
  await page.getByText('Nessuno ha visto dati').waitFor();
  await look(page, 'persone-coinvolte-nessuna');
});

walk('rights: a data protection officer examines a finding of unusual reading', async ({ as, look }) => {
  const page = await as('responsabile_protezione_dati', '010301');
  await page.getByRole('link', { name: /^Letture insolite/ }).click();
  await title(page, 'Letture insolite');
  const finding = page.locator('.sol-changes > li').first();
  await look(page, 'letture-insolite');
  await finding.getByRole('link', { name: 'nel registro' }).click();
  await title(page, 'Registro delle consultazioni');
  await page.locator('.sol-list tbody tr').first().waitFor();
  await page.goBack();
  await finding.locator('summary').click();
  await finding.getByLabel('Che cosa ha verificato').fill('   ');
  await finding.getByRole('button').click();
  await page.getByText('compili questo campo').first().waitFor();
  await look(page, 'letture-insolite-rifiutata');
  await finding.getByLabel('Che cosa ha verificato').fill('Il supervisore sostituiva l’operatore assegnato.');
  await finding.getByRole('button').click();
  await page.getByText('La segnalazione è esaminata').waitFor();
  await page.getByRole('link', { name: 'Esaminate', exact: true }).click();
  await page.getByText('Il supervisore sostituiva l’operatore assegnato.').first().waitFor();
  await look(page, 'letture-insolite-esaminate');
  const region = await as('responsabile_protezione_dati', 'regione');
  await region.goto('/revisione/letture-insolite?esaminate=si');
  await region.getByText('Il supervisore sostituiva l’operatore assegnato.').first().waitFor();
  const supervisor = await as('supervisore_regionale', 'regione');
  await supervisor.goto('/cruscotto');
  await supervisor.getByRole('heading', { name: 'Carico per operatore' }).waitFor(); // of the entity with an agreement
  await supervisor.goto('/revisione/letture-insolite');
  await supervisor.locator('#errore', { hasText: 'Pagina di un altro ruolo' }).waitFor();
});

walk('rights: a citizen reads who looked at a request, and takes the list along', async ({ as, look }) => {
  const ticket = await openTicket('010203', { as: who('cittadino', '', 2), problem: 'altro' });
  const citizen = await as('cittadino', '', 2);
  await citizen.goto(`/richieste/${ticket.id}`);
  await citizen.getByRole('link', { name: 'Chi ha consultato la mia richiesta' }).click();
  await title(citizen, /Chi ha consultato la mia richiesta/);
  await citizen.getByText('Nessuno ha ancora aperto questa richiesta').waitFor();
  await look(citizen, 'chi-ha-consultato-nessuno');
  const operator = await as('operatore_asr', '010203');
  await operator.goto('/code/nuove');
  await operator.goto(`/ticket/${ticket.id}`);
  await citizen.reload();
  await citizen.getByText('Lettura della richiesta').first().waitFor();
  await citizen.getByRole('heading', { name: 'Elenchi in cui è comparsa' }).waitFor();
  const { username } = who('operatore_asr', '010203');
  assert.ok(!(await citizen.content()).toLowerCase().includes(username.split('.')[0]), 'the page names no employee');
  await look(citizen, 'chi-ha-consultato');
  const lines = await download(citizen, 'Scarica in CSV', new RegExp(`^consultazioni-${ticket.number}\\.csv$`));
  assert.ok(lines.some(l => l.includes('Lettura della richiesta')) && !lines.join().toLowerCase().includes(username.split('.')[0]));
  await citizen.getByRole('link', { name: `Richiesta ${ticket.number}` }).click();
  await title(citizen, new RegExp(ticket.number));
});

walk('rights: the access to a request is restricted, a colleague is told what to do, and a supervisor lifts it', async ({ as, look }) => {
  const ticket = await openTicket('010206', { problem: 'altro', requester: { family_name: 'Ristretta' } });
  const operator = await as('operatore_asr', '010206', 0), colleague = await as('operatore_asr', '010206', 1), supervisor = await as('supervisore_asr', '010206');
  await operator.goto(`/ticket/${ticket.id}`);
  await update(operator, { status: 'In lavorazione' });
  await operator.locator('#accesso summary').click();
  await operator.getByLabel('Perché si restringe').fill('   ');
  await look(operator, 'accesso-imposta');
  await submitForm(operator, () => operator.getByRole('button', { name: 'Imposta l’accesso ristretto' }).click());
  await operator.locator('#errore').waitFor();
  await look(operator, 'accesso-rifiutato');
  await operator.getByLabel('Perché si restringe').fill('La persona ha minacciato il personale');
  await submitForm(operator, () => operator.getByRole('button', { name: 'Imposta l’accesso ristretto' }).click());
  await operator.getByText('L’accesso è ristretto:').waitFor();
  await look(operator, 'accesso-ristretto');
  await operator.goto('/code/mie');
  await operator.locator(`#riga-${ticket.id}`, { hasText: 'accesso ristretto' }).waitFor();
  await look(operator, 'coda-accesso-ristretto');

  await colleague.goto('/code/tutte');
  assert.equal(await colleague.locator(`#riga-${ticket.id}`).count(), 0, 'the list of a colleague does not have it');
  await colleague.goto(`/ticket/${ticket.id}`);
  await colleague.locator('#errore', { hasText: 'chieda a un supervisore' }).waitFor();
  assert.ok(!(await colleague.content()).includes('Ristretta'), 'the refusal names nobody');
  await look(colleague, 'accesso-negato');

  await supervisor.goto(`/ticket/${ticket.id}`);
  await supervisor.locator('#accesso summary').click();
  await supervisor.getByLabel('Perché si toglie').fill('Chiarito');
  await look(supervisor, 'accesso-togli');
  await submitForm(supervisor, () => supervisor.getByRole('button', { name: 'Togli l’accesso ristretto' }).click());
  await supervisor.getByText('L’accesso ristretto è tolto.').waitFor();
  await colleague.goto(`/ticket/${ticket.id}`);
  await colleague.getByText('La persona ha minacciato il personale').first().waitFor();
});

walk('rights: a former holder sees the trace of a request alone', async ({ as, look }) => {
  let found;
  const alone = product.identities.filter((i, _, all) => i.role === 'operatore_asr' && all.filter(o => o.username === i.username).length === 1); // with one role
  for (const operator of alone.filter((i, n, all) => all.findIndex(o => o.entity === i.entity) === n)) {
    const { items } = await readAs(operator, 'tickets?queue=tutte&limit=200');
    const trace = items.find(t => t.trace_only);
    if (trace) found = { operator, trace };
    if (trace) break;
  }
  assert.ok(found, 'the demo has a ticket whose view has ended');
  const page = await as('operatore_asr', found.operator.entity, product.identities.filter(i => i.role === 'operatore_asr' && i.entity === found.operator.entity).indexOf(found.operator));
  await page.goto('/code/tutte');
  const row = page.locator(`#riga-${found.trace.id}`, { hasText: 'sola traccia' });
  await row.waitFor();
  assert.equal(await row.getByRole('link').count(), 0, 'the row leads nowhere');
  await look(page, 'coda-sola-traccia');
  await page.goto(`/ticket/${found.trace.id}`);
  await page.locator('#errore', { hasText: 'resta la traccia' }).waitFor();
  await look(page, 'sola-traccia');
});
