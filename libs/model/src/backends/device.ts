/** What one inference session runs on. */
export type Device = 'cpu' | `cuda:${number}`;

/** The number of a CUDA device, or null for another one. */
export function cudaIndex(device: Device): number | null {
  return device === 'cpu' ? null : Number(device.slice('cuda:'.length));
}
