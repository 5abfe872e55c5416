/** Pieces that somebody else may put an end to, also while the next one is waited for. */
export class CancellablePieces implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  private readonly iterator: AsyncIterator<Uint8Array>;
  /** Rejects with the error when it is cancelled. */
  readonly cancelled: Promise<never>;
  private rejectCancelled: (error: Error) => void = () => undefined;
  private isCancelled = false;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.iterator = pieces[Symbol.asyncIterator]();
    this.cancelled = new Promise((_, reject) => (this.rejectCancelled = reject));
    // Nobody may be waiting when it happens.
    this.cancelled.catch(() => undefined);
  }

  /** Whoever waits for the next piece, or asks for it later, gets the error. */
  cancel(error: Error): void {
    this.isCancelled = true;
    this.rejectCancelled(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return Promise.race([this.cancelled, this.iterator.next()]);
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    const closed = this.iterator.return?.();
    // It may be waiting for its next piece, perhaps for ever.
    if (this.isCancelled) void closed?.catch(() => undefined);
    else await closed;
    return { done: true, value: undefined };
  }
}
