/** Tells those who wait on behalf of a connection that it is gone. */
export class Disconnections {
  private readonly known = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>();
  private areAllGone = false;

  /** Resolves when the connection is gone. */
  of(connectionId: string): Promise<void> {
    let entry = this.known.get(connectionId);
    if (entry === undefined) {
      let resolve: () => void = () => undefined;
      const promise = new Promise<void>((settle) => (resolve = settle));
      this.known.set(connectionId, (entry = { promise, resolve }));
      if (this.areAllGone) resolve();
    }
    return entry.promise;
  }

  happened(connectionId: string): void {
    this.known.get(connectionId)?.resolve();
    this.known.delete(connectionId);
  }

  /** The broker itself goes: nobody waits any more, now or later. */
  allHappened(): void {
    this.areAllGone = true;
    for (const { resolve } of this.known.values()) resolve();
  }
}
