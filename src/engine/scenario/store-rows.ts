import type { StoreRow } from './streams-run-view.js';
import type { StoredCell } from './streams-topic-picture.js';

/** The rows of a store: the newest value of each key, from the changes in their sequence. A store is the fold of its changelog. */
export class StoreRows {
  private readonly rows = new Map<string, StoreRow>();

  add(cells: readonly StoredCell[]): void {
    for (const { key, value, timestampMs, window, sequence, storedAtMs, event } of cells) {
      if (key === null) continue;
      const id = JSON.stringify([key, window?.startMs, sequence === undefined ? undefined : [timestampMs, sequence]]);
      if (value === null) this.rows.delete(id);
      else this.rows.set(id, { id, key, value, timestampMs, window, changedAtMs: storedAtMs, event });
    }
  }

  clear(): void {
    this.rows.clear();
  }

  view(): readonly StoreRow[] {
    return [...this.rows.values()].sort(
      (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || (a.window?.startMs ?? 0) - (b.window?.startMs ?? 0),
    );
  }
}
