import { describe, expect, it } from '@jest/globals';
import { parseInstructions } from './cpu-instructions.js';

describe('parseInstructions', () => {
  it('keeps what inference makes use of, of the first processor', () => {
    const x86 = 'processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512_vnni amx_int8 hypervisor\n';
    expect(parseInstructions(`${x86}processor\t: 1\nflags\t\t: avx2\n`)).toEqual([
      'avx2',
      'avx512f',
      'avx512_vnni',
      'amx_int8',
    ]);
    expect(parseInstructions('Features\t: fp asimd aes asimddp i8mm')).toEqual([
      'asimd',
      'asimddp',
      'i8mm',
    ]);
  });

  it('finds none where none are told', () => {
    expect(parseInstructions('model name : something')).toEqual([]);
  });
});
