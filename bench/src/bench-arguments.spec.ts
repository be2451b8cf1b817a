import { describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { readBenchArguments, USAGE } from './bench-arguments.js';
import { BENCHES } from './known-benches.js';

const read = (...args: readonly string[]) => readBenchArguments(args, '/photos');

describe('the command line of the benches', () => {
  it('asks for the list with nothing, or with --help', () => {
    expect(read()).toBeNull();
    expect(read('--help')).toBeNull();
    expect(read('engine', '-h')).toBeNull();
    for (const name of Object.keys(BENCHES)) expect(USAGE).toContain(`\n  ${name} `);
  });

  it('takes a bench with its defaults', () => {
    expect(read('scaling')).toEqual({
      name: 'scaling',
      bench: BENCHES['scaling'],
      compare: null,
      json: false,
      markdown: null,
      svg: null,
      options: {
        rounds: 3,
        images: '/photos',
        crops: null,
        precision: 'fp32',
        items: null,
        workers: null,
      },
    });
  });

  it('takes every flag', () => {
    const flags = ['--rounds', '7', '--images', '/x', '--crops', 'ten', '--json'];
    expect(read('peers', ...flags, '--markdown', 'a.md', '--svg', 'a.svg')).toMatchObject({
      json: true,
      markdown: 'a.md',
      svg: 'a.svg',
      options: { rounds: 7, images: '/x', crops: 'ten' },
    });
  });

  it('takes a precision', () => {
    expect(read('policies', '--precision', 'int8')).toMatchObject({
      options: { precision: 'int8' },
    });
  });

  it('takes the size of bulk', () => {
    expect(read('bulk', '--items', '1000', '--workers', '3')).toMatchObject({
      options: { items: 1000, workers: 3 },
    });
  });

  it('compares the engine with another commit where no bench is named', () => {
    expect(read('--compare', 'main')).toMatchObject({ name: 'engine', compare: 'main' });
    expect(read('decode', '--compare', 'v1')).toMatchObject({ name: 'decode', compare: 'v1' });
  });

  it.each([
    [['nothing'], 'There is no bench called nothing'],
    [['toString'], 'There is no bench called toString'],
    [['engine', 'decode'], 'Expected one bench but received engine decode'],
    [['--json'], 'Expected the name of a bench'],
    [['engine', '--speed'], "Unknown option '--speed'"],
    [['engine', '--rounds'], '--rounds'],
    [['engine', '--rounds', '0'], 'Expected 1 to 100 for --rounds but received "0"'],
    [['engine', '--rounds', '1e1'], 'Expected 1 to 100 for --rounds but received "1e1"'],
    [['engine', '--precision', 'int8'], 'engine takes no --precision'],
    [['policies', '--precision', 'fp16'], 'Expected fp32 or int8 for --precision of policies'],
    [['scaling', '--crops', 'ten'], 'scaling takes no --crops'],
    [['peers', '--crops', 'some'], 'Expected single or ten for --crops of peers'],
    [['engine', '--items', '5'], 'engine takes no --items'],
    [['bulk', '--items', '0'], 'Expected 1 to 10000000 for --items but received "0"'],
    [['bulk', '--workers', '65'], 'Expected 1 to 64 for --workers'],
    [['engine', '--compare', ''], 'Expected a branch, tag or commit for --compare'],
    [['engine', '--compare=--detach'], 'Expected a branch, tag or commit for --compare'],
  ])('says in one line what is wrong with %j', (args, said) => {
    let error: unknown;
    try {
      read(...args);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(CroplineError);
    expect(error).toMatchObject({ code: 'USAGE_INVALID' });
    expect((error as Error).message).toContain(said);
    expect((error as Error).message).not.toContain('\n');
  });
});
