/** One attack, what is expected of it, and how to see what came. */
export interface Attack {
  /** What is tried, such as `image URL http://0x7f000001/`. */
  readonly name: string;
  readonly area:
    'addresses' | 'files and buckets' | 'images' | 'files' | 'requests' | 'keys' | 'transport';
  /** What must come of it, in the words `run` answers with: usually an error code. */
  readonly expected: string;
  /** Tries it and tells what came. What it starts it stops. */
  run(): Promise<string>;
}
