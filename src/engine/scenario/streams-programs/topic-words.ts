import type { RecordInWords } from '../../environment/trace-events.js';
import type { RecordHeader } from '../../protocol/record-batch.js';
import type { Serde } from '../../streams/serdes.js';
import { deserializeChange } from '../../streams/state/buffered-change.js';
import type { StoreKind } from '../../streams/state/store-builder.js';
import { readSessionStoreKey, readTime, readWindowStoreKey } from '../../streams/state/window-keys.js';
import type { BuiltTopology, TopologyNode } from '../../streams/topology/topology-node.js';
import type { CountingWindows } from './counting-windows.js';
import type { StreamsCode } from './streams-code.js';

interface StoredBytes {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
  readonly headers?: readonly RecordHeader[];
}

type Words = (record: StoredBytes) => RecordInWords;

/** Reads the records of topics as one can read them: by the serdes of the programs that write or read them, and as UTF-8 where none does. */
export class TopicWords {
  private readonly words = new Map<string, Words>();

  /** From now on it reads the topics of this application too. */
  learn(built: BuiltTopology, code: StreamsCode, windows: CountingWindows | undefined): void {
    const parts = [...built.subTopologies, ...(built.global === null ? [] : [built.global])];
    for (const node of parts.flatMap(({ nodes }) => nodes)) this.learnNode(node);
    for (const { stores, changelogTopics } of built.subTopologies)
      for (const { name, store } of stores) {
        const changelog = changelogTopics.get(name)?.name;
        const serdes = code.stores[name];
        if (changelog === undefined || serdes === undefined || this.words.has(changelog)) continue;
        this.words.set(changelog, changelogWords(store, serdes, changelog, windows));
      }
  }

  read(topic: string, record: StoredBytes): RecordInWords {
    return (this.words.get(topic) ?? plainWords)(record);
  }

  private learnNode(node: TopologyNode): void {
    if (node.kind === 'processor') return;
    const topics = node.kind === 'source' ? node.topics : node.topic;
    if (typeof topics === 'function' || topics instanceof RegExp) return;
    const { keySerde, valueSerde } = node;
    for (const topic of typeof topics === 'string' ? [topics] : topics) {
      this.words.set(topic, ({ key, value, timestamp }) => {
        const read = key === null || keySerde === null ? textOf(key) : keySerde.deserialize(topic, key);
        return {
          ...keyWords(read),
          value: value === null || valueSerde === null ? textOf(value) : inWords(valueSerde.deserialize(topic, value)),
          timestamp,
        };
      });
    }
  }
}

const decoder = new TextDecoder();

const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : decoder.decode(bytes));

const plainWords: Words = ({ key, value, timestamp }) => ({ key: textOf(key), value: textOf(value), timestamp });

/** A value as one can read it. */
function inWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function keyWords(key: unknown): Pick<RecordInWords, 'key' | 'window'> {
  if (key === null) return { key: null };
  if (typeof key === 'object' && 'window' in key && 'key' in key)
    return { key: inWords(key.key), window: key.window as { start: number; end: number } };
  return { key: inWords(key) };
}

/** The key of a changelog's record is that of its store's rows; the value is the row's, without its time. */
function changelogWords(
  store: StoreKind,
  { key: keySerde, value: valueSerde }: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
  topic: string,
  windows: CountingWindows | undefined,
): Words {
  const read = (serde: Serde<unknown>, bytes: Uint8Array | null) =>
    bytes === null ? null : inWords(serde.deserialize(topic, bytes));
  return ({ key, value, timestamp }) => {
    if (key === null) return plainWords({ key, value, timestamp });
    switch (store.kind) {
      case 'window': {
        const { key: inner, start, sequence } = readWindowStoreKey(key);
        const words = { key: read(keySerde, inner), value: read(valueSerde, value), timestamp };
        // What the store of a join keeps by time are records, not windows.
        if (store.retainDuplicates) return { ...words, timestamp: start, sequence };
        return { ...words, window: { start, end: start + store.windowSizeMs } };
      }
      case 'session': {
        const { key: inner, start, end } = readSessionStoreKey(key);
        return { key: read(keySerde, inner), value: read(valueSerde, value), timestamp, window: { start, end } };
      }
      case 'buffer': {
        const isSession = windows?.window === 'session';
        const size = isSession ? 16 : 8;
        const change = value === null ? null : deserializeChange(value);
        const inner = key.subarray(0, key.length - size);
        const start = readTime(key, key.length - 8);
        const end = isSession ? readTime(key, key.length - 16) : start + (windows?.sizeMs ?? 0);
        const held = change?.change.newValue ?? null;
        return { key: read(keySerde, inner), value: read(valueSerde, held), timestamp, window: { start, end } };
      }
      default:
        return { key: read(keySerde, key), value: read(valueSerde, value), timestamp };
    }
  };
}
