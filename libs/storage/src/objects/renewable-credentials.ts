import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { isExpired } from './storage-error.js';

type Provider = ReturnType<typeof credentialsOf>;
type Identity = Awaited<ReturnType<Provider>>;

/**
 * The credentials that the SDK finds along its chain, which are looked for anew once the store says that they
 * have expired. The SDK by itself renews those whose end it knows; what it read from a file or a variable it
 * keeps for as long as the process lives, whatever has been put in its place meanwhile.
 */
export class RenewableCredentials {
  readonly #region: string;
  #chain: Provider;
  #last: Identity | null = null;

  constructor(region: string) {
    this.#region = region;
    this.#chain = credentialsOf(region);
  }

  /** For the settings of a client, which asks it for every request. */
  readonly provider: Provider & { readonly memoized: true } = Object.assign(
    async (): Promise<Identity> => {
      try {
        this.#last = await this.#chain();
      } catch (error) {
        // A source that is away for a moment: the store tells when the last ones do not serve any more.
        if (this.#last === null) throw error;
        this.#chain = credentialsOf(this.#region);
      }
      return this.#last;
    },
    // What is kept, and for how long, is up to the chain.
    { memoized: true as const },
  );

  /** Has a client try once more, with credentials that are looked for anew, what was refused as expired. */
  renewFor(client: S3Client): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const used = this.#chain;
        try {
          return await next(args);
        } catch (error) {
          if (!isExpired(error)) throw error;
          // Of many requests that are refused at once, one has them looked for.
          if (this.#chain === used) this.#chain = credentialsOf(this.#region);
          return await next(args);
        }
      },
      { step: 'initialize', name: 'renewCredentials' },
    );
  }
}

/** A chain that has read nothing yet. */
function credentialsOf(region: string): S3Client['config']['credentials'] {
  // Files are read again, not taken from the SDK's memory of them; its types do not tell of this.
  const settings: S3ClientConfig & { readonly ignoreCache: boolean } = {
    region,
    ignoreCache: true,
  };
  return new S3Client(settings).config.credentials;
}
