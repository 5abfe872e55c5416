import type { StoredRecord } from '../../engine/scenario/stored-record.js';

/** Where a record lies in the log. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A run whose log can be read. */
export interface ReadableRun {
  readonly spec: unknown;
  readRecord(at: RecordPlace): Promise<StoredRecord | undefined>;
}

/** What is stored of the record that is picked out: read back from the log, once for each place. Made while a component is set up. */
export class PickedRecord {
  /** Undefined until it is read, and where there is no such record. */
  stored = $state.raw<StoredRecord>();

  /** `place`: where the record lies that is picked out; undefined while none is that the log still has. */
  constructor(playback: () => ReadableRun, place: () => RecordPlace | undefined) {
    // As text, so that the log is not asked anew with every frame that draws the same record.
    const wanted = $derived(JSON.stringify(place() ?? null));
    $effect(() => {
      const at = JSON.parse(wanted) as RecordPlace | null;
      const run = playback();
      this.stored = undefined;
      // Another run has another record there.
      if (at === null || run.spec === undefined) return;
      let isCurrent = true;
      void run.readRecord(at).then((record) => {
        if (isCurrent) this.stored = record;
      });
      return () => (isCurrent = false);
    });
  }
}
