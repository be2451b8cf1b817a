/** The classes of a model that a label may mean: one when it is known, none, or several. */
export type MatchLabel = (label: string) => readonly number[];

/**
 * Finds the classes that labels mean, in either case and with `_` as a space, as folders are often named:
 * by the whole label of a class; else by one of the names in it (`tiger cat` of `tabby, tiger cat`); else by
 * the class index.
 *
 * @param labels of the model, by class index.
 * @example
 * matchLabels(['tabby, tabby cat', 'dog'])('Tabby_Cat') // [0]
 */
export function matchLabels(labels: readonly string[]): MatchLabel {
  const whole = new Map<string, number[]>();
  const names = new Map<string, number[]>();
  labels.forEach((label, index) => {
    add(whole, normal(label), index);
    for (const name of label.split(', ')) add(names, normal(name), index);
  });
  return (label) => {
    const wanted = normal(label);
    const named = whole.get(wanted) ?? names.get(wanted);
    if (named !== undefined) return named;
    const index = /^\d{1,9}$/.test(wanted) ? Number(wanted) : labels.length;
    return index < labels.length ? [index] : [];
  };
}

function add(map: Map<string, number[]>, name: string, index: number): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [index]);
  else if (known.at(-1) !== index) known.push(index);
}

/** File systems write the same letters in different ways. */
const normal = (label: string): string =>
  label.normalize('NFC').toLowerCase().replace(/_/g, ' ').trim();
