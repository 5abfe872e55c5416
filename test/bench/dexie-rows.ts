import Dexie, { type EntityTable } from 'dexie';
import type { Pair, Side } from './pair.js';
import { hundredByteRecords, partitaAppend, partitaRead, recordsInBatch } from './partita-log.js';

interface Row {
  readonly offset: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly timestamp: number;
}

const rowsInCall = 1000;
/** Fewer rows than records: a row a record takes its time, leaves the browser much to clear up, and is no quicker for more of them. */
const appendedRows = 20_000;
const readRows = 50_000;
/** Enough that opening a log does not count. */
const recordCount = 500_000;

let databases = 0;

class RowDatabase extends Dexie {
  readonly rows!: EntityTable<Row, 'offset'>;

  constructor(name: string) {
    super(name, { chromeTransactionDurability: 'strict' });
    this.version(1).stores({ rows: 'offset' });
  }
}

/** The records as rows of their own: a row must not share the buffer of all. */
function hundredByteRows(count: number): Row[] {
  const records = hundredByteRecords();
  return Array.from({ length: count / recordsInBatch }, (_, batch) => records(batch))
    .flat()
    .map(({ key, value, timestamp }, offset) => ({
      offset,
      key: key?.slice() ?? new Uint8Array(0),
      value: value?.slice() ?? new Uint8Array(0),
      timestamp,
    }));
}

async function addAll(database: RowDatabase, rows: readonly Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsInCall) await database.rows.bulkAdd(rows.slice(at, at + rowsInCall));
}

/** Our log against Dexie's `bulkAdd`, a row a record. */
export function dexieAppend(): Pair {
  const rows = hundredByteRows(appendedRows);
  const theirs: Side = {
    round: async () => {
      const database = new RowDatabase(`dexie-append-${databases++}`);
      await database.open();
      const from = performance.now();
      await addAll(database, rows);
      const ms = performance.now() - from;
      await database.delete();
      return { records: appendedRows, ms };
    },
  };
  return { rival: 'Dexie bulkAdd, 1000 rows a call, strict', ours: partitaAppend(recordCount), theirs };
}

/** Our log against Dexie's `getAll` (`toArray`), a row a record. */
export function dexieRead(): Pair {
  const database = new RowDatabase(`dexie-read-${databases++}`);
  const theirs: Side = {
    setUp: () => addAll(database, hundredByteRows(readRows)),
    round: async () => {
      const from = performance.now();
      let read = 0;
      while (read < readRows) {
        const rows = await database.rows
          .where('offset')
          .between(read, read + rowsInCall)
          .toArray();
        for (const row of rows) if (row.value.length === 90) read++;
      }
      return { records: read, ms: performance.now() - from };
    },
    tearDown: () => database.delete(),
  };
  return { rival: 'Dexie toArray (getAll), 1000 rows a call', ours: partitaRead(recordCount), theirs };
}
