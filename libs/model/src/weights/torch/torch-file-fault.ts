/** What is wrong with a PyTorch file, as the end of the sentence "Expected PyTorch weights at PATH but …". */
export class TorchFileFault extends Error {
  override readonly name = 'TorchFileFault';
}
