// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// A line between a browser and the product that can be cut: a browser that is told to be off line keeps the streams it has.

import net from 'node:net';
import { product } from './product.mjs';

// wire is {address, cut, mend, end}: what a browser opens instead of the product's own address.
export async function wire() {
  const { hostname, port } = new URL(product.address);
  const open = new Set();
  let whole = true;
  const server = net.createServer(here => {
    if (!whole) return void here.destroy();
    const there = net.connect(Number(port), hostname);
    for (const [from, to] of [[here, there], [there, here]]) {
      open.add(from);
      from.on('error', () => to.destroy()); // one end is gone: so is the other
      from.on('close', () => open.delete(from) && to.destroy());
      from.pipe(to);
    }
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  return {
    address: `http://127.0.0.1:${server.address().port}`, cut,
    mend() { whole = true; },
    end() {
      cut();
      server.close();
    },
  };
}
