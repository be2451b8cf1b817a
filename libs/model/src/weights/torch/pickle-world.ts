/** What a pickle may refer to. Whatever is not allowed is refused with a `TorchFileFault`. */
export interface PickleWorld {
  /** What `module.name` stands for. */
  global(module: string, name: string): unknown;
  /** What a call of such a thing makes. */
  call(callee: unknown, args: readonly unknown[]): unknown;
  /** What the id of something outside the pickle stands for. */
  persistent(id: unknown): unknown;
}
