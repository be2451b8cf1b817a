import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ManagedProcess } from './managed-process.js';

const node = (script: string): Promise<ManagedProcess> =>
  ManagedProcess.start({
    name: 'child',
    command: process.execPath,
    args: ['-e', script],
    env: { PATH: process.env['PATH'] },
  });

const FOREVER = 'setInterval(() => undefined, 1000);';

describe('a managed process', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('waits for a line that comes, and finds one that came', async () => {
    const child = await node(`console.log('one'); console.error('two'); ${FOREVER}`);
    const two = (line: string): string | null => (line === 'two' ? line : null);
    expect(await child.waitForLine(two)).toBe('two');
    expect(await child.waitForLine(two)).toBe('two');
    await child.stop();
  });

  it('fails the wait with its last lines when it ends before', async () => {
    const child = await node(`console.error('no such thing'); process.exitCode = 3;`);
    await expect(child.waitForLine(() => null)).rejects.toThrow(
      /child exited with code 3.*\n.*no such thing/,
    );
    await expect(child.waitForLine(() => null)).rejects.toThrow('code 3');
  });

  it('resolves a kill to how it ended, also when it had ended before', async () => {
    const child = await node(FOREVER);
    expect(await child.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await child.kill('SIGTERM')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(child.running).toBe(false);
  });

  it('is ended when it does not stop by itself', async () => {
    const child = await node(
      `process.on('SIGTERM', () => undefined); console.log('up'); ${FOREVER}`,
    );
    await child.waitForLine((line) => (line === 'up' ? line : null));
    await child.stop();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('shows its last lines when it ends unasked, and not when it was asked', async () => {
    const shown = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const asked = await node(FOREVER);
    asked.reportUnexpectedEnd();
    await asked.stop();
    expect(shown).not.toHaveBeenCalled();

    const unasked = await node(
      `console.log('out of luck'); setTimeout(() => process.exit(4), 100);`,
    );
    unasked.reportUnexpectedEnd();
    await unasked.exited;
    expect(String(shown.mock.calls[0]?.[0])).toMatch(/exited with code 4.*\n.*out of luck/);
  });

  it('names a command that cannot be run', async () => {
    const start = ManagedProcess.start({ name: 'x', command: '/nonexistent/command', args: [] });
    await expect(start).rejects.toThrow('/nonexistent/command');
  });
});
