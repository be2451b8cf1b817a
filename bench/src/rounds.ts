/** One thing that is measured: prepares itself, gives a sample a round, cleans up after itself. */
export interface Contender {
  readonly name: string;
  /** Runs one round and resolves to its figure. */
  sample(): Promise<number>;
}

/**
 * Takes contenders in turn, round by round, so that a machine that slows down slows all of them. A first
 * round warms up and is thrown away, unless the contenders need none.
 *
 * @returns the samples of each contender, by name
 */
export async function takeRounds(
  contenders: readonly Contender[],
  rounds: number,
  onSample: (line: string) => void,
  { warmUp = true }: { readonly warmUp?: boolean } = {},
): Promise<ReadonlyMap<string, readonly number[]>> {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = warmUp ? 0 : 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const value = await contender.sample();
      if (round > 0) samples.get(contender.name)?.push(value);
      const label = round === 0 ? 'warm-up' : `round ${round}/${rounds}`;
      onSample(`${label}: ${contender.name} ${value.toPrecision(4)}`);
    }
  }
  return samples;
}
