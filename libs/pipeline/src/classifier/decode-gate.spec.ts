import { describe, expect, it } from '@jest/globals';
import { DecodeGate, type DecodeTicket } from './decode-gate.js';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

/** A gate that notes who was let in, in order. */
function gateOf(options: { decodes: number; cropsAhead: number }): {
  gate: DecodeGate;
  admitted: string[];
  tickets: Record<string, DecodeTicket>;
  readonly enter: (name: string, crops: number, urgent?: boolean) => void;
} {
  const gate = new DecodeGate(options);
  const admitted: string[] = [];
  const tickets: Record<string, DecodeTicket> = {};
  return {
    gate,
    admitted,
    tickets,
    enter: (name, crops, urgent = false) => {
      gate.enter(crops, urgent).then(
        (ticket) => {
          admitted.push(name);
          tickets[name] = ticket;
        },
        () => undefined,
      );
    },
  };
}

describe('DecodeGate', () => {
  it('lets so many images decode at once, first come, first served', async () => {
    const { admitted, tickets, enter } = gateOf({ decodes: 2, cropsAhead: 100 });
    for (const name of ['a', 'b', 'c', 'd']) enter(name, 1);
    await turns();
    expect(admitted).toEqual(['a', 'b']);
    tickets['a']!.decoded();
    tickets['a']!.decoded();
    await turns();
    expect(admitted).toEqual(['a', 'b', 'c']);
  });

  it('lets no further image in while enough crops lie in front of the device', async () => {
    const { admitted, tickets, enter } = gateOf({ decodes: 4, cropsAhead: 32 });
    for (const name of ['a', 'b', 'c']) enter(name, 144);
    await turns();
    expect(admitted).toEqual(['a']);
    tickets['a']!.decoded();
    for (let crop = 0; crop < 112; crop += 1) tickets['a']!.taken();
    await turns();
    expect(admitted).toEqual(['a']);
    tickets['a']!.taken();
    await turns();
    expect(admitted).toEqual(['a', 'b']);
  });

  it('counts the crops an image really came to', async () => {
    const { admitted, tickets, enter } = gateOf({ decodes: 4, cropsAhead: 32 });
    enter('square', 144);
    enter('next', 1);
    await turns();
    tickets['square']!.decoded(24);
    await turns();
    expect(admitted).toEqual(['square', 'next']);
  });

  it('counts the crops an image wants later, until it leaves', async () => {
    const { admitted, tickets, enter } = gateOf({ decodes: 4, cropsAhead: 4 });
    enter('a', 8);
    for (const name of ['b', 'c', 'd']) enter(name, 1);
    await turns();
    tickets['a']!.decoded(2);
    await turns();
    expect(admitted).toEqual(['a', 'b', 'c']);
    tickets['a']!.wants(3);
    for (let crop = 0; crop < 2; crop += 1) tickets['a']!.taken();
    tickets['b']!.taken();
    await turns();
    expect(admitted).toEqual(['a', 'b', 'c']);
    tickets['a']!.taken();
    await turns();
    expect(admitted).toEqual(['a', 'b', 'c', 'd']);
    tickets['a']!.leave();
    tickets['a']!.wants(100);
    tickets['b']!.decoded();
    tickets['c']!.decoded();
    enter('e', 1);
    await turns();
    expect(admitted).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('takes back all that an image held when it leaves, but its decoding only when that ends', async () => {
    const { admitted, tickets, enter } = gateOf({ decodes: 1, cropsAhead: 32 });
    for (const name of ['a', 'b']) enter(name, 144);
    await turns();
    tickets['a']!.leave();
    await turns();
    expect(admitted).toEqual(['a']);
    tickets['a']!.decoded();
    tickets['a']!.leave();
    tickets['a']!.taken();
    await turns();
    expect(admitted).toEqual(['a', 'b']);
    enter('c', 1);
    tickets['b']!.decoded();
    await turns();
    expect(admitted).toEqual(['a', 'b']);
  });

  it('lets urgent images in first, and past a flood of others', async () => {
    const { admitted, tickets, enter } = gateOf({ decodes: 1, cropsAhead: 8 });
    enter('flood', 144);
    enter('more', 144);
    enter('urgent', 10, true);
    await turns();
    tickets['flood']!.decoded();
    await turns();
    expect(admitted).toEqual(['flood', 'urgent']);
    enter('urgent too', 10, true);
    tickets['urgent']!.decoded();
    await turns();
    expect(admitted).toEqual(['flood', 'urgent']);
  });

  it('lets go of one that is aborted while it waits, and of no other', async () => {
    const { gate, admitted, tickets, enter } = gateOf({ decodes: 1, cropsAhead: 8 });
    enter('a', 1);
    const controller = new AbortController();
    const aborted = gate.enter(1, false, controller.signal);
    enter('c', 1);
    controller.abort(new Error('draining'));
    await expect(aborted).rejects.toThrow('draining');
    await expect(gate.enter(1, false, controller.signal)).rejects.toThrow('draining');
    tickets['a']!.decoded();
    await turns();
    expect(admitted).toEqual(['a', 'c']);
  });

  it('turns everyone away once it is closed', async () => {
    const { gate, enter } = gateOf({ decodes: 1, cropsAhead: 8 });
    enter('a', 1);
    const waiting = [gate.enter(1, false), gate.enter(1, true)];
    gate.close(new Error('the device is gone'));
    for (const work of waiting) await expect(work).rejects.toThrow('the device is gone');
    await expect(gate.enter(1, false)).rejects.toThrow('the device is gone');
  });
});
