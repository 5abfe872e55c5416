import { Serdes } from '../../../src/engine/streams/serdes.js';
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  VersionedKeyValueStore,
  VersionedRecord,
  WindowStore,
} from '../../../src/engine/streams/state/state-store.js';
import { text } from './golden-functions.js';

type Rows = Iterable<readonly [unknown, unknown]>;

const javaLongMin = '-9223372036854775808';
const list = (rows: Rows): string => `{${[...rows].map(([key, value]) => `${text(key)}=${text(value)}`).join(', ')}}`;
const orNull = (word: string | undefined): string | null => (word === undefined || word === '*' ? null : word);
const valueOf = (word: string | undefined): string | null => (word === undefined || word === 'null' ? null : word);

/** Runs a command of a recorded program, given as text, on a store; the answer is text too, as the recorder writes it. */
export function storeCommand(store: StateStore, command: string, key: unknown, timestamp: number): string {
  const [verb = '', ...words] = command.split(' ');
  try {
    if ('historyRetentionMs' in store)
      return versioned(store as VersionedKeyValueStore<unknown, string>, verb, words, key, timestamp);
    if ('windowSizeMs' in store) return windowed(store as WindowStore<unknown, string>, verb, words, key, timestamp);
    if ('findSessions' in store) return sessions(store as SessionStore<unknown, string>, verb, words, key);
    return keyValue(store as KeyValueStore<unknown, string>, verb, words, key);
  } catch (error) {
    // The recorder writes Java's class; ours is named by the test that expects one.
    if (error instanceof UnknownCommand) throw error;
    return `threw ${error instanceof Error ? error.name : 'something'}`;
  }
}

class UnknownCommand extends Error {}

function versioned(
  store: VersionedKeyValueStore<unknown, string>,
  verb: string,
  [word]: readonly string[],
  key: unknown,
  timestamp: number,
): string {
  const show = (row: VersionedRecord<string> | null) => {
    if (row === null) return 'none';
    return `${row.value} from ${row.timestamp}${row.validTo === null ? '' : ` to ${row.validTo}`}`;
  };
  switch (verb) {
    case 'put': {
      const validTo = store.put(key, valueOf(word), timestamp);
      return `put ${validTo === 'latest' ? -1 : validTo === 'rejected' ? javaLongMin : validTo}`;
    }
    case 'delete':
      return `deleted ${show(store.delete(key, timestamp))}`;
    case 'get':
      return `got ${show(store.get(key))}`;
    case 'asOf':
      return `asOf ${String(word)}: ${show(store.get(key, Number(word)))}`;
    default:
      throw new UnknownCommand(verb);
  }
}

function keyValue(store: KeyValueStore<unknown, string>, verb: string, words: readonly string[], key: unknown): string {
  const [from, to] = [orNull(words[0]), orNull(words[1])];
  switch (verb) {
    case 'put':
      store.put(key, words[0] ?? null);
      return 'put';
    case 'putIfAbsent':
      return `putIfAbsent ${text(store.putIfAbsent(key, words[0] ?? ''))}`;
    case 'delete':
      return `deleted ${text(store.delete(key))}`;
    case 'get':
      return `got ${text(store.get(key))}`;
    case 'range':
      return `range ${list(store.range(from, to))}`;
    case 'reverseRange':
      return `reverseRange ${list(store.reverseRange(from, to))}`;
    case 'all':
      return `all ${list(store.all())}`;
    case 'reverseAll':
      return `reverseAll ${list(store.reverseAll())}`;
    case 'prefix':
      return `prefix ${list(store.prefixScan(Serdes.string.serialize('', words[0] ?? '')))}`;
    default:
      throw new UnknownCommand(verb);
  }
}

function windowed(
  store: WindowStore<unknown, string>,
  verb: string,
  words: readonly string[],
  key: unknown,
  timestamp: number,
): string {
  const [from, to] = [Number(words[0]), Number(words[1])];
  switch (verb) {
    case 'put':
      store.put(key, valueOf(words[0]), timestamp);
      return 'put';
    case 'get':
      return `got ${text(store.fetch(key, from))}`;
    case 'fetch':
      return `fetch ${list(store.fetchRange(key, from, to))}`;
    case 'backwardFetch':
      return `backwardFetch ${list(store.backwardFetchRange(key, from, to))}`;
    case 'fetchKeys':
      return `fetchKeys ${list(store.fetchKeys(orNull(words[0]), orNull(words[1]), Number(words[2]), Number(words[3])))}`;
    case 'fetchAll':
      return `fetchAll ${list(store.fetchAll(from, to))}`;
    case 'backwardFetchAll':
      return `backwardFetchAll ${list(store.backwardFetchAll(from, to))}`;
    case 'all':
      return `all ${list(store.all())}`;
    default:
      throw new UnknownCommand(verb);
  }
}

function sessions(store: SessionStore<unknown, string>, verb: string, words: readonly string[], key: unknown): string {
  const [first, second] = [Number(words[0]), Number(words[1])];
  switch (verb) {
    case 'put':
      store.put({ key, window: { start: second, end: Number(words[2]) } }, valueOf(words[0]));
      return 'put';
    case 'remove':
      store.remove({ key, window: { start: first, end: second } });
      return 'removed';
    case 'get':
      return `got ${text(store.fetchSession(key, first, second))}`;
    case 'fetch':
      return `fetch ${list(store.fetch(key))}`;
    case 'backwardFetch':
      return `backwardFetch ${list(store.backwardFetch(key))}`;
    case 'findSessions':
      return `findSessions ${list(store.findSessions(key, first, second))}`;
    case 'findSessionsKeys':
      return `findSessionsKeys ${list(store.findSessionsOfKeys(orNull(words[0]), orNull(words[1]), Number(words[2]), Number(words[3])))}`;
    default:
      throw new UnknownCommand(verb);
  }
}
