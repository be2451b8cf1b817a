/** What one inference session runs on. */
export type Device = 'cpu' | `cuda:${number}`;
