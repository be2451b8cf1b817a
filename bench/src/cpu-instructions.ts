import { readFileSync } from 'node:fs';

/** The flags that decide how fast a network runs; the rest would only fill the line. */
const TELLING =
  /^(avx2|avx512f|avx512_vnni|avx512_bf16|avx512_fp16|avx_vnni|amx_(tile|int8|bf16|fp16)|asimd|asimddp|i8mm|sve|sve2|bf16)$/;

/**
 * The instruction sets of the processor that inference makes use of, as Linux names them; none where the
 * system does not tell.
 */
export function cpuInstructions(): string[] {
  try {
    return parseInstructions(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return [];
  }
}

/** Reads the text of /proc/cpuinfo: `flags` on x86, `Features` on ARM. */
export function parseInstructions(cpuinfo: string): string[] {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  return line.split(/\s+/).filter((flag) => TELLING.test(flag));
}
