import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';

/** A row as it lies in the database. */
export interface RawRow {
  readonly store: string;
  readonly key: IDBValidKey;
  readonly value: unknown;
}

/** Everything that is in a database, read past the engine. */
export interface RawStore {
  readonly version: number;
  readonly stores: readonly string[];
  /** By their stores; all are unique, and named for what they are of. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  readonly rows: readonly RawRow[];
}

export async function readRawStore(name: string): Promise<RawStore> {
  const database: IDBPDatabase = await openDB(name);
  try {
    const stores = [...database.objectStoreNames];
    const rows: RawRow[] = [];
    const indexes: Record<string, readonly string[]> = {};
    for (const store of stores) {
      const { indexNames } = database.transaction(store).store;
      if (indexNames.length > 0) indexes[store] = [...indexNames];
      const [keys, values] = [await database.getAllKeys(store), await database.getAll(store)];
      keys.forEach((key, index) => rows.push({ store, key, value: values[index] }));
    }
    return { version: database.version, stores, ...(Object.keys(indexes).length > 0 && { indexes }), rows };
  } finally {
    database.close();
  }
}

/** Makes the database anew, with these rows and no others. */
export async function writeRawStore(name: string, { version, stores, indexes = {}, rows }: RawStore): Promise<void> {
  await deleteDB(name);
  const database = await openDB(name, version, {
    upgrade(created) {
      for (const store of stores) {
        const made = created.createObjectStore(store);
        for (const index of indexes[store] ?? []) made.createIndex(index, index, { unique: true });
      }
    },
  });
  const transaction = database.transaction([...stores], 'readwrite');
  for (const { store, key, value } of rows) void transaction.objectStore(store).put(value, key);
  await transaction.done;
  database.close();
}

/** What was done to a store, and to which rows. */
export interface Damage {
  readonly says: string;
  readonly touched: readonly RawRow[];
  readonly rows: readonly RawRow[];
}

/** Does to one row what a disk may do: a bit flips, the row is gone, or it has changed places with another of its store. */
export function damagedRows(rows: readonly RawRow[], random: Random): Damage {
  const at = randomInteger(random, rows.length);
  const row = rows[at] as RawRow;
  const name = `${row.store} ${JSON.stringify(row.key)}`;
  const others = rows.filter(({ store, key }) => store === row.store && key !== row.key);
  const kind = randomInteger(random, 3);
  if (kind === 0) return { says: `${name} is gone`, touched: [row], rows: rows.filter((each) => each !== row) };
  const other = others[randomInteger(random, Math.max(others.length, 1))];
  if (kind === 1 && other !== undefined) {
    const swapped = rows.map((each) => {
      if (each === row) return { ...row, value: other.value };
      return each === other ? { ...other, value: row.value } : each;
    });
    return {
      says: `${name} and ${JSON.stringify(other.key)} have changed places`,
      touched: [row, other],
      rows: swapped,
    };
  }
  const { value, says } = flipped(row.value, random);
  const changed = rows.map((each) => (each === row ? { ...row, value } : each));
  return { says: `${name}: ${says}`, touched: [row], rows: changed };
}

function flipped(value: unknown, random: Random): { readonly value: unknown; readonly says: string } {
  if (value instanceof Uint8Array && value.length > 0) {
    const bytes = value.slice();
    const bit = randomInteger(random, bytes.length * 8);
    bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
    return { value: bytes, says: `bit ${bit} has flipped` };
  }
  if (typeof value === 'number') {
    const bytes = new Uint8Array(Float64Array.of(value).buffer);
    const bit = randomInteger(random, 64);
    bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
    return { value: new Float64Array(bytes.buffer)[0], says: `bit ${bit} of a number has flipped` };
  }
  if (typeof value === 'string' && value.length > 0) {
    const at = randomInteger(random, value.length);
    const flip = String.fromCharCode(value.charCodeAt(at) ^ (1 << randomInteger(random, 7)));
    return { value: value.slice(0, at) + flip + value.slice(at + 1), says: `character ${at} has changed` };
  }
  const fields = Object.entries(value as Record<string, unknown>);
  const [field, before] = fields[randomInteger(random, fields.length)] as [string, unknown];
  const inner = flipped(before, random);
  return { value: { ...(value as object), [field]: inner.value }, says: `${field}: ${inner.says}` };
}
