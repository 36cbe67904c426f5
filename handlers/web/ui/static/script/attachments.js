// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Files of a form (templates/parts/attachments.html): lists the chosen files, removes single files, shrinks photos over 1 MB on demand,
// converts pictures that the server does not accept (HEIC of telephones, WebP) to JPEG where the browser can read them, and accepts dropped files. Nothing leaves the browser before the form is sent. Without script the file input works by itself.
'use strict';

const chosen = new WeakMap(); // zone -> files
const zoneOf = (node) => node.closest?.('[data-files]');
const inputOf = (zone) => zone.querySelector('input[type=file]');
const say = (text) => { document.getElementById('annunci').textContent = text; };
const megabytes = (n) => n < 1 << 20 ? `${Math.max(1, n >> 10)} kB` : `${(n / (1 << 20)).toFixed(1).replace('.', ',')} MB`;
const photo = (file) => /^image\/(p?jpe?g|png)$/.test(file.type);
const heic = (file) => /\.(heic|heif|hif)$/i.test(file.name) || /^image\/hei[cf]/.test(file.type);
const foreign = (file) => heic(file) || /\.(webp|avif|bmp)$/i.test(file.name);
const converting = new WeakSet(), unreadable = new WeakSet(); // files: being converted; that this browser cannot read

function wrong(zone, file, place) {
  const kind = file.name.includes('.') ? file.name.split('.').pop().toLowerCase() : '';
  if (place >= Number(zone.dataset.most)) return `è di troppo: al massimo ${zone.dataset.most} file`;
  if (converting.has(file)) return 'la convertiamo in JPEG, attenda…';
  if (heic(file) && unreadable.has(file)) return 'è una fotografia HEIC, che questo browser non sa convertire: la apra e la salvi o la condivida come JPEG, poi la scelga di nuovo';
  if (!kind) return 'il nome non ha un’estensione, come .pdf o .jpg: la aggiunga, poi scelga di nuovo il file';
  if (!zone.dataset.kinds.split(' ').includes(kind)) return 'questo tipo di file non è accettato';
  if (file.size === 0) return 'è vuoto';
  if (file.size > Number(zone.dataset.bytes)) return photo(file) ? 'pesa più di 1 MB: possiamo ridurla noi, qui sul Suo dispositivo' : 'pesa più di 1 MB: lo riduca, o lo divida in più file';
  return '';
}

function button(text, file, act) {
  const b = document.createElement('button');
  b.type = 'button';
  b.className = 'btn btn-sm btn-outline-primary';
  b.dataset.act = act;
  b.append(text);
  const which = document.createElement('span');
  which.className = 'visually-hidden';
  which.textContent = ` ${file.name}`;
  b.append(which);
  return b;
}

function show(zone) {
  const files = chosen.get(zone) || [], kept = new DataTransfer();
  const list = zone.querySelector('.sol-filelist');
  list.replaceChildren(...files.map((file, place) => {
    kept.items.add(file);
    const line = document.createElement('li'), name = document.createElement('span'), problem = wrong(zone, file, place);
    name.className = 'sol-filename';
    name.textContent = `${file.name} · ${megabytes(file.size)}`;
    line.append(name);
    if (problem) {
      const p = document.createElement('span');
      p.className = 'sol-wrong';
      p.textContent = problem;
      line.append(p);
    }
    if (problem && photo(file) && file.size > Number(zone.dataset.bytes)) line.append(button('Riduci', file, 'shrink'));
    line.append(button('Togli', file, 'drop'));
    return line;
  }));
  list.hidden = files.length === 0;
  inputOf(zone).files = kept.files;
}

function add(zone, files) {
  const before = chosen.get(zone) || [];
  const same = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
  const fresh = [...files].filter((f) => !before.some((b) => same(b, f)));
  chosen.set(zone, [...before, ...fresh]);
  show(zone);
  const bad = chosen.get(zone).filter((f, i) => wrong(zone, f, i)).length;
  say(`${chosen.get(zone).length} file scelti${bad ? `, ${bad} da correggere` : ''}.`);
  for (const file of chosen.get(zone)) if (foreign(file) && !converting.has(file) && !unreadable.has(file)) convert(zone, file);
}

// convert puts a JPEG in the place of a picture. A picture that the browser cannot read stays, with a word on what to do.
async function convert(zone, file) {
  converting.add(file);
  show(zone);
  let jpeg = file;
  try {
    jpeg = await shrink(file, Number(zone.dataset.bytes));
    say(`${file.name} convertita in ${jpeg.name}, ${megabytes(jpeg.size)}.`);
  } catch {
    unreadable.add(file);
    say(`${file.name}: non riusciamo a convertirla.`);
  }
  converting.delete(file);
  if (!chosen.get(zone).includes(file)) return; // removed meanwhile
  chosen.set(zone, chosen.get(zone).map((f) => f === file ? jpeg : f));
  show(zone);
}

// shrink returns the photo as a JPEG scaled down until it has at most the given number of bytes.
async function shrink(file, bytes) {
  const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
  for (let scale = Math.min(1, 2400 / Math.max(image.width, image.height)); scale > 0.02; scale *= 0.75) {
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    context.fillStyle = '#fff'; // transparent pixels would become black
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    for (const quality of [0.85, 0.7]) {
      const small = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality));
      if (small && small.size <= bytes) return new File([small], `${file.name.replace(/\.[^.]*$/, '')}.jpg`, { type: 'image/jpeg', lastModified: file.lastModified });
    }
  }
  throw new Error('too large');
}

function arm(root) {
  for (const zone of root.querySelectorAll('[data-files]:not(.sol-armed)')) {
    zone.classList.add('sol-armed');
    zone.querySelectorAll('.sol-choose, .sol-drophint').forEach((e) => { e.hidden = false; });
    // An iPhone or iPad converts its photographs by itself as long as HEIC is not asked for.
    if (!/iP(hone|ad|od)/.test(navigator.userAgent) && !navigator.maxTouchPoints) inputOf(zone).accept += ',.heic,.heif,.webp,.avif,.bmp';
    if (inputOf(zone).files.length) add(zone, inputOf(zone).files); // the browser has restored the input, for example after the back button
  }
}

document.addEventListener('change', (e) => {
  const zone = zoneOf(e.target);
  if (zone && e.target.type === 'file') add(zone, e.target.files);
});

document.addEventListener('click', async (e) => {
  const b = e.target.closest?.('[data-files] [data-act]');
  if (!b) return;
  const zone = zoneOf(b), files = [...chosen.get(zone)], place = [...b.closest('ul').children].indexOf(b.closest('li'));
  if (b.dataset.act === 'drop') {
    const [gone] = files.splice(place, 1);
    chosen.set(zone, files);
    show(zone);
    inputOf(zone).focus();
    say(`${gone.name} tolto.`);
    return;
  }
  b.disabled = true;
  b.textContent = 'Riduco…';
  const large = files[place];
  try {
    const small = await shrink(large, Number(zone.dataset.bytes));
    chosen.set(zone, chosen.get(zone).map((f) => f === large ? small : f));
    show(zone);
    inputOf(zone).focus();
    say(`${small.name} ridotta a ${megabytes(small.size)}.`);
  } catch {
    b.parentElement.querySelector('.sol-wrong').textContent = 'non riusciamo a ridurla: ne scelga un’altra';
    b.remove();
    say(`${large.name}: non riusciamo a ridurla.`);
  }
});

for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(kind, (e) => {
    const zone = zoneOf(e.target);
    if (!zone || !e.dataTransfer?.types.includes('Files')) return;
    e.preventDefault();
    zone.classList.toggle('sol-over', kind === 'dragenter' || kind === 'dragover');
    if (kind === 'drop') add(zone, e.dataTransfer.files);
  });
}

// A form with files that the server would refuse is not sent, because the reader would have to choose all files again.
document.addEventListener('submit', (e) => {
  const zone = e.target.querySelector('[data-files]');
  const bad = zone?.querySelector('.sol-filelist .sol-wrong');
  if (!bad) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  bad.parentElement.querySelector('button').focus();
  say(`Prima di inviare corregga gli allegati. ${bad.parentElement.querySelector('.sol-filename').textContent}: ${bad.textContent}`);
}, true);

// Parts that script/upload.js or htmx insert later are set up here, with the files that the form had before.
document.addEventListener('sol:shown', (e) => {
  arm(e.target);
  const zone = e.target.querySelector('[data-files]');
  if (zone && e.detail?.files) add(zone, e.detail.files);
});
document.addEventListener('htmx:after:swap', () => arm(document));
arm(document);
