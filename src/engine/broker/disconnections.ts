/** Tells those who wait on behalf of a connection that it is gone. */
export class Disconnections {
  private readonly listeners = new Map<string, Set<() => void>>();

  /** Calls `listener` once the connection is gone, until the function that this returns is called. */
  on(connectionId: string, listener: () => void): () => void {
    let listeners = this.listeners.get(connectionId);
    if (listeners === undefined) this.listeners.set(connectionId, (listeners = new Set<() => void>()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(connectionId) === listeners) this.listeners.delete(connectionId);
    };
  }

  happened(connectionId: string): void {
    const listeners = this.listeners.get(connectionId);
    this.listeners.delete(connectionId);
    for (const listener of listeners ?? []) listener();
  }

  /** The broker itself goes: all its connections do. */
  allHappened(): void {
    for (const connectionId of [...this.listeners.keys()]) this.happened(connectionId);
  }
}
