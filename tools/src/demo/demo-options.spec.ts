import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { describeCause } from '@cropline/contracts';
import { readDemoOptions } from './demo-options.js';

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
}

describe('the command line of the demo', () => {
  it('needs nothing', () => {
    expect(readDemoOptions([])).toEqual({
      images: null,
      crops: 'ten',
      seed: null,
      keep: false,
      help: false,
    });
  });

  it('takes a folder, a policy and --keep', () => {
    expect(readDemoOptions(['--images', tmpdir(), '--crops=single', '--keep'])).toEqual({
      images: tmpdir(),
      crops: 'single',
      seed: null,
      keep: true,
      help: false,
    });
  });

  it('takes the seed of pictures to draw', () => {
    expect(readDemoOptions(['--seed', '7']).seed).toBe(7);
  });

  it('takes a plan as JSON', () => {
    const plan = { scales: [256, 320], grid: 2, mirror: false };
    expect(readDemoOptions(['--crops', JSON.stringify(plan)]).crops).toEqual(plan);
  });

  it.each([
    [['--imges', 'x'], 'USAGE_INVALID', "Unknown option '--imges'"],
    [['--images'], 'USAGE_INVALID', 'argument missing'],
    [['photos'], 'USAGE_INVALID', "'photos'"],
    [['--crops', 'five'], 'USAGE_INVALID', '--crops five: Expected single, ten, googlenet144, '],
    [['--crops', '{"scales":[256]}'], 'USAGE_INVALID', 'grid: Invalid input: expected number'],
    [['--seed', 'x'], 'USAGE_INVALID', 'for --seed but received "x"'],
    [['--seed', '1', '--images', tmpdir()], 'USAGE_INVALID', '--images or --seed'],
    [['--keep=yes'], 'USAGE_INVALID', '--keep'],
    [['--images', '/nonexistent/photos'], 'INPUT_NOT_FOUND', '/nonexistent/photos'],
    [['--images', process.execPath], 'INPUT_NOT_FOUND', 'Expected --images to name a folder'],
  ])('refuses %j', (args, code, message) => {
    const failure = thrownBy(() => readDemoOptions(args));
    expect(failure).toMatchObject({ code });
    expect(describeCause(failure)).toContain(message);
  });
});
