import type { RecordHeaders } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import { StreamsError } from '../streams-error.js';
import { KeyCodec, type EncodedKey } from './key-codec.js';
import type { ChangelogRecord, RestorableStore } from './state-store.js';
import type { StoreOptions } from './store-options.js';

const noHeaders: RecordHeaders = [];

/** What all stores have in common: a name, keys, a life, and a changelog. */
export abstract class LoggedStore<K, V> implements RestorableStore {
  readonly name: string;
  readonly persistent: boolean;
  isOpen = false;
  protected context!: TaskContext;
  protected keys!: KeyCodec<K>;
  private readonly isLogged: boolean;

  constructor(protected readonly options: StoreOptions<K, V>) {
    this.name = options.name;
    this.persistent = options.inMemory !== true;
    this.isLogged = options.loggingEnabled !== false;
  }

  init(context: TaskContext): void {
    this.context = context;
    this.keys = new KeyCodec(this.serdeOf(this.options.keySerde, context.defaultKeySerde, 'key'), this.topic);
    this.isOpen = true;
  }

  abstract flush(): void;

  close(): void {
    this.isOpen = false;
  }

  abstract restore(records: readonly ChangelogRecord[]): void;

  /** The changelog's: what serdes are told. */
  protected get topic(): string {
    return `${this.context.applicationId}-${this.name}-changelog`;
  }

  protected serdeOf<T>(own: Serde<T> | null, ofApplication: Serde<unknown> | null, what: string): Serde<T> {
    const serde = own ?? (ofApplication as Serde<T> | null);
    if (serde !== null) return serde;
    throw new StreamsError(
      'StreamsException',
      `Store ${this.name} has no ${what} serde, and the application has no default.${what}.serde. Give it one of them.`,
    );
  }

  protected encodeKey(key: K): EncodedKey {
    if (key === null || key === undefined) {
      throw new StreamsError('NullPointerException', `A key of store ${this.name} is null. Leave out such records.`);
    }
    return this.keys.encode(key);
  }

  protected assertOpen(): void {
    if (!this.isOpen) {
      throw new StreamsError('InvalidStateStoreException', `Store ${this.name} is closed. Ask for it again.`);
    }
  }

  protected log(
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number | null,
    headers: RecordHeaders = this.options.logsHeaders === true ? this.context.current.headers : noHeaders,
  ): void {
    if (this.isLogged) this.context.logChange(this.name, key, value, timestamp, headers);
  }
}
