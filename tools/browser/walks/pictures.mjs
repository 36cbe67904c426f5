// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { walk } from '../support/walk.mjs';

// A HEIC photograph that no browser can read: its header alone.
const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic')]);

walk('Files: a picture of a telephone becomes a JPEG in the browser, or a word says what to do', async ({ anybody, look }) => {
  const citizen = await anybody();
  await citizen.goto('/assistenza/ritiro-documenti');
  const webp = await citizen.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 40; canvas.height = 30;
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/webp'));
    return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
  });
  await citizen.getByLabel('Allegati').setInputFiles([
    { name: 'foto.webp', mimeType: 'image/webp', buffer: Buffer.from(webp, 'base64') },
    { name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: heic },
    { name: 'scansione.jfif', mimeType: 'image/jpeg', buffer: Buffer.from('prova') },
    { name: 'referto', mimeType: '', buffer: Buffer.from('%PDF-1.4') },
  ]);
  const line = (name) => citizen.locator('.sol-filelist li', { hasText: name });
  await line('foto.jpg').waitFor();
  assert.equal(await line('foto.jpg').locator('.sol-wrong').count(), 0, 'the WebP picture has become a JPEG');
  await line('IMG_0001.HEIC').getByText('salvi o la condivida come JPEG').waitFor();
  assert.equal(await line('scansione.jfif').locator('.sol-wrong').count(), 0, '.jfif is a JPEG');
  await line('referto').getByText('non ha un’estensione').waitFor();
  await look(citizen, 'modulo-fotografie');
});
