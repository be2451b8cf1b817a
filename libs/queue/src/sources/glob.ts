/**
 * Matches texts with a glob in time that grows with the text alone: every place in the glob that the text may have
 * come to is followed at once (Thompson 1968), so that no glob and no key, whoever wrote them, can make it try ways
 * without end, as a regular expression of many stars would.
 *
 * `*` stands for any characters but slashes, `**` between slashes for any folders, `?` for a character, `[a-z]` and
 * `[!a-z]` for one of some, `{a,b}` for one of several globs; a backslash takes the character behind it as it is.
 * What is not closed stands for itself.
 *
 * @example
 * compileGlob('2026/**' + '/*.{jpg,png}')('2026/june/cat.jpg'); // true
 */
export function compileGlob(glob: string): (text: string) => boolean {
  const compiler = new Compiler(glob);
  const start = compiler.compile();
  const { states } = compiler;
  return (text) => matches(states, start, text);
}

/** Where a match may stand: before a character that passes a test, or at several places at once. */
type State =
  | { readonly kind: 'end' }
  | { readonly kind: 'character'; readonly passes: (character: string) => boolean; to: number }
  | { readonly kind: 'either'; to: readonly number[] };

const END = 0;
const anything = (): boolean => true;
const noSlash = (character: string): boolean => character !== '/';

/** Builds states from the glob's end to its beginning, so that each knows what comes behind it. */
class Compiler {
  readonly states: State[] = [{ kind: 'end' }];
  readonly #glob: string;

  constructor(glob: string) {
    this.#glob = glob;
  }

  compile(): number {
    return this.#sequence(0, this.#glob.length, END);
  }

  /** The state that stands before a part of the glob and goes on to `next` behind it. */
  #sequence(from: number, to: number, next: number): number {
    const parts: ((next: number) => number)[] = [];
    for (let at = from; at < to;) {
      const [part, end] = this.#part(at, to, from);
      parts.push(part);
      at = end;
    }
    return parts.reduceRight((behind, part) => part(behind), next);
  }

  /** What begins at a place, and where it ends. */
  #part(at: number, to: number, from: number): [build: (next: number) => number, end: number] {
    const glob = this.#glob;
    switch (glob[at]) {
      case '*':
        return this.#stars(at, to, from);
      case '?':
        return [(next) => this.#character(noSlash, next), at + 1];
      case '[': {
        const set = characterSet(glob.slice(at, to));
        if (set !== null) return [(next) => this.#character(set.passes, next), at + set.length];
        break;
      }
      case '{': {
        const ends = alternatives(glob, at, to);
        if (ends === null) break;
        const starts = [at, ...ends.slice(0, -1)];
        const build = (next: number): number =>
          this.#either(
            ends.map((end, index) => this.#sequence((starts[index] ?? 0) + 1, end, next)),
          );
        return [build, (ends.at(-1) ?? at) + 1];
      }
      case '\\':
        if (at + 1 < to) return [this.#literal(glob[at + 1] ?? ''), at + 2];
        break;
    }
    return [this.#literal(glob[at] ?? ''), at + 1];
  }

  #stars(at: number, to: number, from: number): [build: (next: number) => number, end: number] {
    const glob = this.#glob;
    let end = at;
    while (end < to && glob[end] === '*') end += 1;
    const begins = at === from || glob[at - 1] === '/';
    if (end - at !== 2 || !begins || (end < to && glob[end] !== '/')) {
      return [(next) => this.#repeated(noSlash, next), end];
    }
    if (end === to) return [(next) => this.#repeated(anything, next), end];
    // Any folders, each with the slash behind it, or none.
    const folders = (next: number): number => {
      const slash = this.#character((character) => character === '/', next);
      return this.#either([next, this.#repeated(anything, slash)]);
    };
    return [folders, end + 1];
  }

  #literal(character: string): (next: number) => number {
    return (next) => this.#character((other) => other === character, next);
  }

  #repeated(passes: (character: string) => boolean, next: number): number {
    const loop = this.#character(passes, END);
    const either = this.#either([next, loop]);
    this.states[loop] = { kind: 'character', passes, to: either };
    return either;
  }

  #character(passes: (character: string) => boolean, to: number): number {
    return this.states.push({ kind: 'character', passes, to }) - 1;
  }

  #either(to: readonly number[]): number {
    return this.states.push({ kind: 'either', to }) - 1;
  }
}

/** Where the alternatives of a brace end: at its commas, and where it closes; null when it does not, or has but one. */
function alternatives(glob: string, at: number, to: number): readonly number[] | null {
  const ends: number[] = [];
  let depth = 0;
  for (let place = at; place < to; place += 1) {
    const character = glob[place];
    if (character === '\\') place += 1;
    else if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) ends.push(place);
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return ends.length === 0 ? null : [...ends, place];
    }
  }
  return null;
}

/** A set such as `[a-z_]`, at the beginning of a text; null when it is not closed. */
function characterSet(
  text: string,
): { readonly passes: (character: string) => boolean; readonly length: number } | null {
  const [whole, not = '', members = ''] = /^\[([!^]?)(\]?[^\]]*)\]/.exec(text) ?? [];
  if (whole === undefined || members === '') return null;
  const ranges = [...members.matchAll(/([^])-([^])|([^])/g)].map(([, first, last, one = '']) => [
    first ?? one,
    last ?? one,
  ]);
  const holds = (character: string): boolean =>
    ranges.some(([first = '', last = '']) => first <= character && character <= last);
  return {
    passes: (character) => character !== '/' && holds(character) === (not === ''),
    length: whole.length,
  };
}

function matches(states: readonly State[], start: number, text: string): boolean {
  const seen = new Int32Array(states.length).fill(-1);
  const reach = (places: readonly number[], step: number): number[] => {
    const reached: number[] = [];
    const left = [...places];
    for (let place = left.pop(); place !== undefined; place = left.pop()) {
      if (seen[place] === step) continue;
      seen[place] = step;
      const state = states[place];
      if (state?.kind === 'either') left.push(...state.to);
      else reached.push(place);
    }
    return reached;
  };
  let places = reach([start], 0);
  for (let at = 0; at < text.length && places.length > 0; at += 1) {
    const character = text[at] ?? '';
    const next: number[] = [];
    for (const place of places) {
      const state = states[place];
      if (state?.kind === 'character' && state.passes(character)) next.push(state.to);
    }
    places = reach(next, at + 1);
  }
  return places.includes(END);
}
