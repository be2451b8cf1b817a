import { expect, it } from '@jest/globals';
import { createBreather } from './breather.js';

it('lets others have their turn amid a long loop', async () => {
  const breathe = createBreather();
  let others = 0;
  const other = setInterval(() => (others += 1), 1);
  const end = performance.now() + 200;
  while (performance.now() < end && others === 0) await breathe();
  clearInterval(other);
  expect(others).toBeGreaterThan(0);
});
