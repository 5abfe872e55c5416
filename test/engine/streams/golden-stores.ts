import type { TopologyTestDriver } from '../../../src/engine/streams/driver/topology-test-driver.js';
import type { BufferStore } from '../../../src/engine/streams/state/buffer-store.js';
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  VersionedKeyValueStore,
  VersionedRecord,
  Windowed,
  WindowStore,
} from '../../../src/engine/streams/state/state-store.js';
import type { StreamsCase } from './golden-case.js';
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
      return { type, entries: [...(store as unknown as KeyValueStore<unknown, unknown>).all()].map(row) };
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

function windows(store: WindowStore<unknown, unknown>, type: string): Row {
  try {
    return { type, entries: [...store.all()].map(row) };
  } catch (error) {
    return { type, unreadable: (error as Error).message };
  }
}

function row([key, value]: readonly [unknown, unknown]): Row {
  return { key: asJson(key as Windowed<unknown>), ...content(value) };
}

function content(value: unknown): Row {
  if (typeof value !== 'object' || value === null || !('timestamp' in value)) return { value: asJson(value) };
  return { value: asJson((value as { value?: unknown }).value), timestamp: value.timestamp };
}

/** The versions that the recorder found by asking for each key of the input at each of its times. */
function versions(store: VersionedKeyValueStore<unknown, unknown>, { input = [] }: StreamsCase): Row[] {
  const keys = [...new Set(input.flatMap(({ key }) => key ?? []))].sort((a, b) => (String(a) < String(b) ? -1 : 1));
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
