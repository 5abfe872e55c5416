import { StorageError, type WriteNeed } from '../../environment/storage.js';

/** How much a store may hold. */
export interface SpaceOptions {
  /** In bytes. The browser has a limit of its own, which it does not tell, and which may be nearer. */
  readonly budgetBytes: number;
  /** Called when four fifths of the budget are used, again with every twentieth more, and whenever a commit finds no space: what may go should go now. */
  readonly onPressure: () => void;
}

/** How full the store may be, in percent of its budget, before what may go is asked to go, and after how much more it is asked again. */
const pressureFrom = 80;
const pressureStep = 5;

/** How long no ordinary commit is tried after the browser has refused one, in milliseconds: each costs a transaction that is rolled back. */
const restAfterRefusalMs = 250;

/** Counts what a store holds, and refuses what would go beyond its budget. */
export class StorageSpace {
  private refusedAt = -Infinity;
  /** How many steps of pressure have been told of. */
  private told = 0;

  constructor(
    private readonly options: SpaceOptions,
    private usedBytes: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.changed(0);
  }

  get used(): number {
    return this.usedBytes;
  }

  /** Whether something has been refused, or may be soon: then space that is free is worth having at once. */
  get isPressed(): boolean {
    return this.told > 0 || this.isRefusing;
  }

  /** Whether there is room for as much more, and some to spare. */
  hasRoomFor(bytes: number): boolean {
    return (this.usedBytes + bytes) * 100 < this.options.budgetBytes * pressureFrom && !this.isRefusing;
  }

  /** Throws `full` if there is no room for `growth` more bytes. What is essential may go a little beyond the budget: by the size of the reserve. */
  admit(growth: number, need: WriteNeed, reserveBytes: number): void {
    if (growth <= 0) return;
    const { budgetBytes } = this.options;
    const limit = need === 'essential' ? budgetBytes + reserveBytes : budgetBytes;
    if (this.usedBytes + growth > limit) {
      this.options.onPressure();
      throw new StorageError(
        'full',
        `This log holds ${megabytes(this.usedBytes)} of the ${megabytes(budgetBytes)} that it may hold. Delete records or topics, keep them for a shorter time, or give the log a larger budget.`,
      );
    }
    if (need === 'ordinary' && this.isRefusing) throw noSpace(undefined);
  }

  /** The store holds so many bytes more, or (negative) less. */
  changed(by: number): void {
    this.usedBytes += by;
    const percent = (this.usedBytes * 100) / this.options.budgetBytes;
    const steps = Math.max(0, Math.floor((percent - pressureFrom) / pressureStep) + 1);
    // A store that goes up and down at the edge of a step is not told of each time.
    this.told = Math.min(this.told, steps === 0 ? 0 : steps + 1);
    if (steps <= this.told) return;
    this.told = steps;
    this.options.onPressure();
  }

  /** The browser has refused a commit for want of space. */
  refused(cause: unknown): StorageError {
    this.refusedAt = this.now();
    this.options.onPressure();
    return noSpace(cause);
  }

  private get isRefusing(): boolean {
    return this.now() - this.refusedAt < restAfterRefusalMs;
  }
}

/** The browser gives no more space. */
export function noSpace(cause: unknown): StorageError {
  return new StorageError('full', 'The browser gives this origin no more space. Delete something first.', { cause });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
