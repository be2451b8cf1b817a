import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that classifies the images of a folder and prints a JSON line an image. */
export interface Peer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** One image as a peer answered it: the class it put first, and when (milliseconds, any origin). */
export interface PeerAnswer {
  readonly file: string;
  readonly top1: number;
  readonly at: number;
}

/** What one run of a peer gave. */
export interface PeerRun {
  readonly imagesPerSecond: number;
  readonly answers: readonly PeerAnswer[];
}

/** The share of the images after which the clock starts: a peer has loaded, and compiled, its model by then. */
const WARM_SHARE = 0.1;

/**
 * Runs a peer once. The clock runs from the answer that completes the first tenth of the images to the last
 * one, for every peer alike, so that starting up does not count.
 *
 * @param read turns a line of the peer into an answer; null for lines that are none.
 */
export async function runPeer(
  { name, command, args }: Peer,
  read: (line: string) => PeerAnswer | null,
): Promise<PeerRun> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const answers: PeerAnswer[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = read(line);
    if (answer !== null) answers.push(answer);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`${name} exited with ${String(code)}: ${complaint}`);
  const times = answers.map(({ at }) => at).sort((a, b) => a - b);
  // What came together with the last warm answer came before the clock started.
  const start = times[Math.ceil(times.length * WARM_SHARE)] ?? 0;
  const counted = times.filter((at) => at > start).length;
  if (counted === 0) throw new Error(`${name} answered ${times.length} images: too few to time`);
  return { imagesPerSecond: (counted * 1000) / ((times.at(-1) ?? 0) - start), answers };
}

/** Reads a line of a script in bench/peers; its summary is no answer. */
export function readPeerLine(line: string): PeerAnswer | null {
  if (!line.startsWith('{')) return null;
  const value = JSON.parse(line) as Partial<PeerAnswer>;
  const { file, top1, at } = value;
  if (file === undefined || top1 === undefined || at === undefined) return null;
  return { file, top1, at };
}

/** Reads a line of `cropline classify --json`, at the time it comes. */
export function readOwnLine(line: string): PeerAnswer | null {
  const item = JSON.parse(line) as {
    readonly url: string;
    readonly status: string;
    readonly predictions?: readonly { readonly classIndex: number }[];
  };
  const top1 = item.predictions?.[0]?.classIndex;
  if (item.status !== 'succeeded' || top1 === undefined)
    throw new Error(`An image failed: ${line}`);
  const file = decodeURIComponent(item.url.slice(item.url.lastIndexOf('/') + 1));
  return { file, top1, at: performance.now() };
}
