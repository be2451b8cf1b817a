import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The credentials of API and workers for object storage, in a file as agents that renew them write it. */
export class CredentialsFile {
  readonly #folder: string;
  #issued = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the first ones. */
  static async create(): Promise<CredentialsFile> {
    const file = new CredentialsFile(await mkdtemp(join(tmpdir(), 'cropline-chaos-')));
    await file.renew();
    return file;
  }

  /** What has a process of the system find them. */
  get env(): Readonly<Record<string, string>> {
    return {
      AWS_SHARED_CREDENTIALS_FILE: join(this.#folder, 'credentials'),
      AWS_CONFIG_FILE: join(this.#folder, 'config'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** The access key that is in the file now. */
  get accessKeyId(): string {
    return `CHAOS${String(this.#issued).padStart(4, '0')}`;
  }

  /** Puts others into their place. */
  async renew(): Promise<void> {
    this.#issued += 1;
    const text = `[default]\naws_access_key_id = ${this.accessKeyId}\naws_secret_access_key = chaos-secret\naws_session_token = chaos-token\n`;
    const next = join(this.#folder, 'next');
    await writeFile(next, text);
    await rename(next, join(this.#folder, 'credentials'));
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
