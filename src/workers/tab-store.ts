import type { Remote } from 'comlink';
import { sleep, type Millis, type Timers } from '../engine/environment/environment.js';
import { StorageError } from '../engine/environment/storage.js';
import { IndexedDbStorage, type IndexedDbStorageOptions } from '../engine/platform/browser/indexeddb-storage.js';
import { rememberedStore, rememberStore } from '../engine/platform/browser/store-marks.js';
import type { BrokerPage } from './broker-host.js';

/** How long a page may take to say what it remembers: one that sleeps must not keep a log from going on. */
const longestAnswerMs: Millis = 500;

/**
 * The store of a tab's log. Which one it is, its incarnation, is remembered in two places that IndexedDB does not take along when it goes: by the worker in the Cache API, by
 * the page in `localStorage`. So a store that is gone is not taken for a log's beginning.
 */
export class TabStore {
  /** What was lost, if another store was begun in its place. */
  lost: string | undefined;
  private incarnation: string | undefined;

  constructor(
    private readonly log: string,
    private readonly timers: Timers,
    private readonly page: Remote<Pick<BrokerPage, 'rememberedStore' | 'storeOpened'>>,
  ) {}

  /** Opens the store. Rejects with `lost`, or, if `mayBeginAnew`, begins another. */
  async open(
    options: Omit<IndexedDbStorageOptions, 'name' | 'incarnations'>,
    mayBeginAnew: boolean,
  ): Promise<IndexedDbStorage> {
    const database = { ...options, name: `partita:${this.log}` };
    let storage: IndexedDbStorage;
    try {
      storage = await IndexedDbStorage.open({ ...database, incarnations: await this.known() });
    } catch (error) {
      if (!mayBeginAnew || !(error instanceof StorageError) || error.code !== 'lost') throw error;
      storage = await IndexedDbStorage.open(database);
      this.lost = error.message;
    }
    this.incarnation = storage.incarnation;
    await rememberStore(this.log, this.incarnation);
    void this.page.storeOpened(this.incarnation);
    return storage;
  }

  /** Another tab may have begun another store meanwhile: whatever is remembered anywhere is right. */
  private async known(): Promise<string[]> {
    const inPage = Promise.race([
      this.page.rememberedStore(),
      sleep(this.timers, longestAnswerMs).then(() => undefined),
    ]);
    const known = await Promise.all([rememberedStore(this.log), inPage]);
    return [...known, this.incarnation].filter((incarnation) => incarnation !== undefined);
  }
}
