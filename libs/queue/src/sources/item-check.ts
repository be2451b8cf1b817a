import {
  type CroplineError,
  isItemInput,
  itemFaults,
  MAX_BATCH_ITEMS,
  MAX_PROBLEM_ERRORS,
  type ItemInput,
  type ProblemError,
} from '@cropline/contracts';
import type { UrlCheck } from '../locations/check-locations.js';
import { manifestLine } from '../manifest/manifest-lines.js';
import { ItemIds } from './item-ids.js';
import type { SourceRow, SourceRows } from './source-row.js';

/** How a list that cannot be taken is refused. */
export interface Refusal {
  /** The error for rows that are no items: the first of their faults, and how many there are. */
  readonly invalid: (errors: readonly ProblemError[], errorCount: number) => CroplineError;
  /** The error for rows of which the only fault is where their images lie. */
  readonly forbidden?: (errors: readonly ProblemError[], errorCount: number) => CroplineError;
  /** The error for a list with more items than a batch takes. */
  readonly tooMany: () => CroplineError;
  /** Whether everything is read to list every fault, or the first one is enough. */
  readonly readOn: boolean;
}

/** What a list came to, once it is read. */
export interface ItemTally {
  items: number;
}

/**
 * The text of a manifest, from rows that are checked on the way: each is an item, and ids are unique. An
 * item without an id is named by its position, from 0.
 *
 * @param urlCheck Whether the images may be read from where they lie; by default they may.
 * @throws What `refusal` makes of a list that breaks this. Nothing is yielded after a fault.
 */
export async function* manifestText(
  rows: SourceRows,
  tally: ItemTally,
  refusal: Refusal,
  urlCheck: UrlCheck = () => null,
): AsyncGenerator<string, void, undefined> {
  const check = new ItemCheck(urlCheck);
  for await (const bunch of rows) {
    let text = '';
    for (const row of bunch) {
      text += check.line(row);
      if (check.items > MAX_BATCH_ITEMS) throw refusal.tooMany();
      if (check.errorCount > 0 && !refusal.readOn) break;
    }
    if (check.errorCount === 0) {
      if (text !== '') yield text;
    } else if (!refusal.readOn) break;
  }
  if (check.errorCount > 0) {
    const { errors, errorCount, forbidden } = check;
    throw errorCount === forbidden && refusal.forbidden !== undefined
      ? refusal.forbidden(errors, errorCount)
      : refusal.invalid(errors, errorCount);
  }
  tally.items = check.items;
}

class ItemCheck {
  readonly errors: ProblemError[] = [];
  errorCount = 0;
  /** Those of the faults that are of a location. */
  forbidden = 0;
  items = 0;
  readonly #ids = new ItemIds();
  readonly #urlCheck: UrlCheck;

  constructor(urlCheck: UrlCheck) {
    this.#urlCheck = urlCheck;
  }

  /** The line of the manifest for a row; '' for one that is no item. */
  line({ line, value, fault }: SourceRow): string {
    const position = this.items;
    this.items += 1;
    if (fault !== undefined) return this.#refuse(line, [fault]);
    if (!isItemInput(value)) {
      const faults = itemFaults(value);
      if (faults.length > 0) return this.#refuse(line, faults);
    }
    const { id = String(position), url } = value as ItemInput;
    if (!this.#ids.add(id)) {
      return this.#refuse(line, [
        `id: Expected an id of its own, but ${JSON.stringify(id)} is the id of an item above too`,
      ]);
    }
    const elsewhere = this.#urlCheck(url);
    if (elsewhere !== null) {
      this.forbidden += 1;
      return this.#refuse(line, [`url: ${elsewhere}`]);
    }
    return manifestLine({ id, url });
  }

  #refuse(line: number, faults: readonly string[]): '' {
    for (const message of faults) {
      this.errorCount += 1;
      if (this.errors.length < MAX_PROBLEM_ERRORS) {
        this.errors.push({ path: `line ${line}`, line, message });
      }
    }
    return '';
  }
}
