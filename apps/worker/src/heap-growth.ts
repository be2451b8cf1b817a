import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap of the process grow to four times what is alive before all of it is collected, which is the
 * most that V8 ever allows by itself.
 *
 * V8 chooses the factor by how much of the main thread's time collecting takes, and a worker that was idle
 * leaves it at the least: it then marked the whole heap four times a second, on threads of its own that take
 * the cores from inference (2 of 26 ms of CPU an image). What lies outside the heap, such as the bytes of
 * images, has a limit of its own in V8 that stays as it is.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=300');
}
