import { openPartita, PartitaError } from '../../../src/entry/browser.js';
import type { Partita } from '../../../src/entry/open-log.js';
import { checkStore, type FsckReport } from '../../../src/engine/fsck/fsck.js';
import { readDatabase } from '../../../src/engine/platform/browser/raw-database.js';
import type { BrokerAddress } from '../../../src/engine/protocol/connection.js';
import { encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { readLog } from './reader.js';
import type { FoundLog, Told, WorkPlan } from './workload.js';
import { createTopics, Writer } from './writer.js';

const workers: Worker[] = [];

/** What a test does in this page: everything through the package, as its users would. */
export class LogPage {
  private log: Partita | undefined;
  private writer: Writer | undefined;
  private lateWrite: Promise<string> | undefined;

  /** Opens the log and asks how far its topics go. Gives how long that took, in milliseconds, or undefined if the log says that the browser has lost its store. */
  async open(name: string): Promise<number | undefined> {
    const from = performance.now();
    const log = await openPartita({ name, profile: 'test' }).catch((error: unknown) => {
      if (error instanceof PartitaError && error.code === 'STORE_LOST') return undefined;
      throw error;
    });
    if (log === undefined) return undefined;
    this.log = log;
    log.onRoleChange((role) => tell({ kind: 'role', role }));
    tell({ kind: 'role', role: log.role });
    const admin = log.admin();
    await admin.connect();
    for (const topic of await admin.listTopics()) await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    return performance.now() - from;
  }

  async close(): Promise<void> {
    await this.opened.close();
  }

  get role(): string {
    return this.opened.role;
  }

  async createTopics(): Promise<void> {
    await createTopics(this.opened);
  }

  /** What fsck says of the log as it lies there; undefined if there is none yet. */
  async check(name: string): Promise<Pick<FsckReport, 'verdict' | 'findings'> | undefined> {
    const store = await readDatabase(`partita:${name}`);
    if (store === undefined) return undefined;
    const { verdict, findings } = await checkStore(store);
    store.close();
    return { verdict, findings };
  }

  /** What the browser says of why the log's database is gone; undefined if it is there. */
  whyGone(name: string): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(`partita:${name}`);
      let why: string | undefined;
      opening.onupgradeneeded = (event) => {
        // Chromium's own: what it found before it threw a database away.
        const { dataLoss, dataLossMessage } = event as { dataLoss?: string; dataLossMessage?: string };
        why = `${dataLoss ?? 'none'} ${dataLossMessage ?? ''}`.trim();
        opening.transaction?.abort();
      };
      opening.onsuccess = () => {
        opening.result.close();
        resolve(undefined);
      };
      opening.onerror = () => (why === undefined ? reject(opening.error ?? new Error('no database')) : resolve(why));
    });
  }

  /** Appends, and commits offsets, until the page ends. */
  async work(plan: WorkPlan): Promise<void> {
    this.writer = new Writer(this.opened, plan, tell);
    await this.writer.run();
  }

  async pause(): Promise<void> {
    await this.writer?.pause();
  }

  goOn(): void {
    this.writer?.goOn();
  }

  async read(): Promise<FoundLog> {
    return await readLog(this.opened);
  }

  /** Ends the worker that was started last, as a crash would. */
  killWorker(): void {
    workers.at(-1)?.terminate();
  }

  /** Asks the broker that it is connected to now for an append of one record, when `delayMs` have passed by a timer of this page. */
  async writeLater(topic: string, partition: number, value: string, delayMs: number): Promise<void> {
    const { network } = this.opened;
    const connection = await network.connect(network.bootstrap[0] as BrokerAddress);
    const record = { key: null, value: new TextEncoder().encode(value), timestamp: Date.now() };
    const partitionData = [{ index: partition, records: encodeBatch({ records: [record] }) }];
    const append = async (): Promise<string> => {
      const call = { api: 'Produce', version: 9, clientId: 'late' } as const;
      const { responses } = await connection.send(call, {
        acks: -1,
        timeoutMs: 30_000,
        topicData: [{ name: topic, partitionData }],
      });
      return `error code ${responses[0]?.partitionResponses[0]?.errorCode}`;
    };
    this.lateWrite = new Promise((resolve) =>
      setTimeout(() => void append().then(resolve, (error: unknown) => resolve((error as Error).message)), delayMs),
    );
  }

  /** What came of that: an error code, or what was said in place of an answer. */
  async whatBecameOfIt(): Promise<string> {
    return await (this.lateWrite as Promise<string>);
  }

  private get opened(): Partita {
    if (this.log === undefined) throw new Error('The log is not open yet: call open first.');
    return this.log;
  }
}

function tell(told: Told): void {
  // Nobody listens in a frame.
  (globalThis as unknown as { tell?: (json: string) => void }).tell?.(JSON.stringify(told));
}

declare global {
  var logPage: LogPage;
  /** For what a test does by itself. */
  var openLog: typeof openPartita;
}
globalThis.openLog = openPartita;
globalThis.Worker = class extends Worker {
  constructor(...given: ConstructorParameters<typeof Worker>) {
    super(...given);
    workers.push(this);
  }
};
globalThis.logPage = new LogPage();
