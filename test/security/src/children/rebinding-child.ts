// Fetches from a name whose addresses change, and prints what came of each way to change them. A process of its own:
// the system's resolver is replaced in it, as a name server of the attacker would have it answer.
import dns, { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createHookSender } from '@cropline/storage';
import { fetchedFrom } from '../fetched-from.js';
import { outcomeOf } from '../outcome-of.js';
import { REBINDING_MODES, type RebindingMode } from './rebinding-modes.js';

const ALLOWED = { address: '127.0.0.1', family: 4 };
/** Where nothing may connect to, and nothing listens. */
const INNER = { address: '127.0.0.2', family: 4 };
const allowNetworks = ['127.0.0.1/32'];

let served = 0;
const server = createServer((_, response) => {
  served += 1;
  response.end('image');
}).listen(0, ALLOWED.address);
await once(server, 'listening');
const url = `http://rebinding.test:${(server.address() as AddressInfo).port}/a.jpg`;

let mode: RebindingMode = 'inner';
let lookUps = 0;

/** What the attacker's name server answers. */
function answer(): LookupAddress[] {
  lookUps += 1;
  if (mode === 'alternating') return [lookUps === 1 ? ALLOWED : INNER];
  if (mode === 'both') return [INNER, ALLOWED];
  return [INNER, { address: '::1', family: 6 }];
}

type Found = (error: null, addresses: LookupAddress[]) => void;
Object.assign(dns, {
  lookup: (_name: string, _options: unknown, callback: Found) => callback(null, answer()),
});
syncBuiltinESMExports();

async function outcome(): Promise<string> {
  if (mode === 'webhook') {
    const sender = createHookSender({ allowNetworks });
    const { signal } = new AbortController();
    const message = { body: '', headers: {} };
    const came = await outcomeOf(() => sender.post(url, message, signal), String);
    await sender.close();
    return came;
  }
  const came = await fetchedFrom(url, { allowNetworks });
  const asChecked = came === 'let through: image' && served === 1 && lookUps === 1;
  return asChecked ? 'connected to the checked address' : came;
}

for (mode of REBINDING_MODES) {
  lookUps = 0;
  served = 0;
  console.log(await outcome());
}
server.closeAllConnections();
server.close();
