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
 * in it asks for that. If it fails, its owners' later submissions fail with it, for they were made on top of it. Where the fault lies with some files, each owner is tried
 * by itself; where there is only no space left, those who hand in nothing but what is essential are tried again.
 */
export class GroupCommit {
  private waiting: Submission[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;
  private isCommitting = false;
  /** A commit that is full and waits for the one on its way: nothing joins it any more, so it is made ready meanwhile. */
  private next: Batch | undefined;

  constructor(private readonly storage: Storage) {}

  /** Hands in writes. The owner is told what became of them, never before this call has returned. */
  submit(
    owner: CommitOwner,
    writes: readonly StorageWrite[],
    durability: Durability,
    need: WriteNeed = 'ordinary',
  ): void {
    const submission = { owner, writes, durability, need };
    this.waiting.push(submission);
    this.waitingBytes += bytesOf(submission);
    if (this.isCommitting) this.fillNext();
    this.running ??= this.run();
  }

  /** Resolves when nothing is on its way. Who was told of a failure may have submitted again: that is waited for too. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    // What is submitted in the same turn goes into the same commit.
    await Promise.resolve();
    for (;;) {
      const batch = this.next ?? this.takeWaiting();
      this.next = undefined;
      if (batch.taken.length === 0) break;
      this.isCommitting = true;
      await this.commit(batch);
      this.isCommitting = false;
    }
    this.running = undefined;
  }

  private async commit({ taken, writes }: Batch): Promise<void> {
    const durability = taken.some((submission) => submission.durability === 'strict') ? 'strict' : 'relaxed';
    const owners = new Map<CommitOwner, number>();
    for (const { owner } of taken) owners.set(owner, (owners.get(owner) ?? 0) + 1);
    const ordinary = new Set(taken.flatMap(({ owner, need }) => (need === 'ordinary' ? [owner] : [])));
    try {
      const commit = this.storage.commit(writes, durability, ordinary.size > 0 ? 'ordinary' : 'essential');
      this.fillNext();
      await commit;
    } catch (error) {
      if (owners.size > 1 && error instanceof StorageError && error.isOfSomeFiles) {
        for (const owner of owners.keys())
          await this.commit(batchOf(taken.filter((submission) => submission.owner === owner)));
        return;
      }
      const isFull = error instanceof StorageError && error.code === 'full';
      const failed = isFull && ordinary.size > 0 ? ordinary : new Set(owners.keys());
      this.wait([...taken, ...(this.next?.taken ?? []), ...this.waiting].filter(({ owner }) => !failed.has(owner)));
      this.next = undefined;
      for (const owner of failed) owner.failed(error);
      return;
    }
    for (const [owner, count] of owners) owner.committed(count);
  }

  private fillNext(): void {
    if (this.next !== undefined || this.waitingBytes < largestCommitBytes) return;
    this.next = this.takeWaiting();
    this.storage.prepare?.(this.next.writes);
  }

  private wait(submissions: Submission[]): void {
    this.waiting = submissions;
    this.waitingBytes = submissions.reduce((sum, submission) => sum + bytesOf(submission), 0);
  }

  private takeWaiting(): Batch {
    let bytes = 0;
    let count = 0;
    for (const submission of this.waiting) {
      const more = bytesOf(submission);
      if (count > 0 && bytes + more > largestCommitBytes) break;
      bytes += more;
      count++;
    }
    this.waitingBytes -= bytes;
    return batchOf(this.waiting.splice(0, count));
  }
}

/** Submissions of one commit, and all their writes. */
interface Batch {
  readonly taken: readonly Submission[];
  readonly writes: readonly StorageWrite[];
}

function batchOf(taken: readonly Submission[]): Batch {
  return { taken, writes: taken.flatMap(({ writes }) => writes) };
}

function bytesOf({ writes }: Submission): number {
  let bytes = 0;
  for (const write of writes) if ('bytes' in write) bytes += write.bytes.length;
  return bytes;
}
