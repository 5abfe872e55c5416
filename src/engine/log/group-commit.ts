import {
  StorageError,
  type Durability,
  type Storage,
  type StorageWrite,
  type WriteNeed,
} from '../environment/storage.js';

/** Who hands in writes, in the order in which they must happen: one partition log. */
export interface CommitOwner {
  /** The oldest `count` of its submissions that were not settled are durable now. */
  committed(count: number): void;
  /** None of its submissions that were not settled has happened, and none will. */
  failed(error: unknown): void;
}

interface Submission {
  readonly owner: CommitOwner;
  readonly writes: readonly StorageWrite[];
  readonly durability: Durability;
  readonly need: WriteNeed;
}

/** Bytes after which a commit takes no more submissions: larger ones cost latency and bring little speed. */
const largestCommitBytes = 4 * 1024 * 1024;

/**
 * Puts the writes of all partitions that wait together into one commit, one at a time. Writes of one owner keep their order. A commit is strict if anyone
      if (owners.size > 1 && error instanceof StorageError && error.isOfSomeFiles) {
        for (const owner of owners.keys()) await this.commit(taken.filter((submission) => submission.owner === owner));
        return;
      }
      const isFull = error instanceof StorageError && error.code === 'full';
      const failed = isFull && ordinary.size > 0 ? ordinary : new Set(owners.keys());
      const again = taken.filter(({ owner }) => !failed.has(owner));
      this.waiting = [...again, ...this.waiting.filter(({ owner }) => !failed.has(owner))];
      for (const owner of failed) owner.failed(error);
 */
export class GroupCommit {
  private waiting: Submission[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly storage: Storage) {}

  /** Hands in writes. The owner is told what became of them, never before this call has returned. */
  submit(
    owner: CommitOwner,
    writes: readonly StorageWrite[],
    durability: Durability,
    need: WriteNeed = 'ordinary',
  ): void {
    this.waiting.push({ owner, writes, durability, need });
    this.running ??= this.run();
  }

  /** Resolves when nothing is on its way. Who was told of a failure may have submitted again: that is waited for too. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    // What is submitted in the same turn goes into the same commit.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.commit(this.takeWaiting());
    this.running = undefined;
  }

  private async commit(taken: readonly Submission[]): Promise<void> {
    const durability = taken.some((submission) => submission.durability === 'strict') ? 'strict' : 'relaxed';
    const owners = new Map<CommitOwner, number>();
    for (const { owner } of taken) owners.set(owner, (owners.get(owner) ?? 0) + 1);
    const ordinary = new Set(taken.flatMap(({ owner, need }) => (need === 'ordinary' ? [owner] : [])));
    try {
      await this.storage.commit(
        taken.flatMap(({ writes }) => writes),
        durability,
        ordinary.size > 0 ? 'ordinary' : 'essential',
      );
    } catch (error) {
      if (owners.size > 1 && error instanceof StorageError && error.isOfSomeFiles) {
        for (const owner of owners.keys()) await this.commit(taken.filter((submission) => submission.owner === owner));
        return;
      }
      const isFull = error instanceof StorageError && error.code === 'full';
      const failed = isFull && ordinary.size > 0 ? ordinary : new Set(owners.keys());
      const again = taken.filter(({ owner }) => !failed.has(owner));
      this.waiting = [...again, ...this.waiting.filter(({ owner }) => !failed.has(owner))];
      for (const owner of failed) owner.failed(error);
      return;
    }
    for (const [owner, count] of owners) owner.committed(count);
  }

  private takeWaiting(): Submission[] {
    let bytes = 0;
    let count = 0;
    for (const { writes } of this.waiting) {
      for (const write of writes) if ('bytes' in write) bytes += write.bytes.length;
      if (count > 0 && bytes > largestCommitBytes) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }
}
