import type { TopologyTestDriver } from '../../../src/engine/streams/driver/topology-test-driver.js';
import type { Instruction, Subscription } from '../../../src/engine/streams/processors/foreign-key/subscription.js';
import type { BufferStore } from '../../../src/engine/streams/state/buffer-store.js';
import { OuterJoinStore } from '../../../src/engine/streams/state/outer-join-store.js';
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  VersionedRecord,
  WindowStore,
} from '../../../src/engine/streams/state/state-store.js';
import type { StreamsCase } from './golden-case.js';
import { hexOf } from '../protocol/golden.js';
import { asJson } from './golden-player.js';

type Row = Readonly<Record<string, unknown>>;

/** The content of every store at the end, as the recorder wrote it: by the type of what was recorded, since ours are told apart by what they can do. */
export function storedRows(driver: TopologyTestDriver, recorded: StreamsCase): Record<string, unknown> {
  const stores = [...driver.getAllStateStores()].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    stores.map(([name, store]) => [name, contentOf(store, recorded.stores?.[name]?.type ?? 'unrecorded', recorded)]),
  );
}

function contentOf(store: StateStore, type: string, recorded: StreamsCase): Row {
  switch (type) {
    case 'keyValue':
    case 'timestampedKeyValue':
      return { type, entries: keyValues(store) };
    case 'window':
    case 'timestampedWindow':
      return windows(store as unknown as WindowStore<unknown, unknown>, type);
    case 'session':
      return {
        type,
        entries: [...(store as unknown as SessionStore<unknown, unknown>).fetchKeys(null, null)].map(row),
      };
    case 'versioned':
      return { type, entries: versions(store as unknown as VersionedKeyValueStore<unknown, unknown>, recorded) };
    case 'buffer': {
      const { numRecords, bufferBytes, minTimestamp } = store as BufferStore;
      return { type, records: numRecords, bytes: bufferBytes, minTimestamp };
    }
    default:
      return { type: store.constructor.name };
  }
}

function keyValues(store: StateStore): Row[] {
  if (store instanceof OuterJoinStore) {
    const unmatched = [...(store as OuterJoinStore<string, unknown, unknown>).all()];
    return unmatched.flatMap(({ side, key, timestamp, values }) =>
      values.map((value) => ({ key: `<${side},${key}:${timestamp}>`, value: `<${side},${String(value)}>` })),
    );
  }
  const rows = [...(store as unknown as KeyValueStore<unknown, unknown>).all()];
  return rows.map(([key, value]) => (key instanceof Uint8Array ? subscription(key, value) : row([key, value])));
}

/** A subscription of a foreign key join as Java prints it. */
function subscription(key: Uint8Array, entry: unknown): Row {
  const { value, timestamp } = entry as ValueAndTimestamp<Subscription<string>>;
  const { primaryKey, instruction, hash, primaryPartition } = value;
  const longs = hash && new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  const printed = longs === null ? 'null' : `[${longs.getBigInt64(0)}, ${longs.getBigInt64(8)}]`;
  return {
    key: hexOf(key),
    value: `SubscriptionWrapper{version=1, primaryKey=${primaryKey}, instruction=${javaInstructions[instruction]}, hash=${printed}, primaryPartition=${primaryPartition}}`,
    timestamp,
  };
}

const javaInstructions: Readonly<Record<Instruction, string>> = {
  delete: 'DELETE_KEY_NO_PROPAGATE',
  'delete-and-answer': 'DELETE_KEY_AND_PROPAGATE',
  'answer-always': 'PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE',
  'answer-if-found': 'PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE',
};

function windows(store: WindowStore<unknown, unknown>, type: string): Row {
  try {
    return { type, entries: [...store.all()].map(row) };
  } catch (error) {
    return { type, unreadable: (error as Error).message };
  }
}

function row([key, value]: readonly [unknown, unknown]): Row {
  return { key: asJson(key), ...content(value) };
}

function content(value: unknown): Row {
  if (typeof value !== 'object' || value === null || !('timestamp' in value)) return { value: asJson(value) };
  return { value: asJson((value as { value?: unknown }).value), timestamp: value.timestamp };
}

/** The versions that the recorder found by asking for each key of the input at each of its times. */
function versions(store: VersionedKeyValueStore<unknown, unknown>, { input = [] }: StreamsCase): Row[] {
  const keys = [...new Set(input.flatMap(({ key }) => key ?? []))].sort((a, b) =>
    (a as string) < (b as string) ? -1 : 1,
  );
  const times = [...new Set(input.flatMap(({ timestamp }) => timestamp ?? []))].sort((a, b) => a - b);
  return keys.flatMap((key) => {
    const now = store.get(key);
    const latest = now === null ? null : { value: asJson(now.value), timestamp: now.timestamp };
    const found: Row[] = [];
    let last: VersionedRecord<unknown> | null = null;
    for (const asOf of times) {
      const version = store.get(key, asOf);
      const { value, timestamp, validTo } = version ?? { value: null, timestamp: null, validTo: null };
      if (
        version !== null &&
        (last === null || last.value !== value || last.timestamp !== timestamp || last.validTo !== validTo)
      )
        found.push({ asOf, value: asJson(value), timestamp, validTo });
      last = version;
    }
    return latest !== null || found.length > 0 ? [{ key, latest, versions: found }] : [];
  });
}
