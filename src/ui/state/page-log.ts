import brokerWorkerUrl from '../../workers/broker.worker.ts?worker&url';
import { openLog, type OpenOptions, type Partita } from '../../entry/open-log.js';
import { KafkaError } from '../../engine/protocol/kafka-error.js';
import { PartitaError } from '../../entry/partita-error.js';
import {
  describeExport,
  type ExportDescription,
  type ExportOptions,
  type ImportOptions,
  type ImportReport,
} from '../../entry/topic-transfer.js';
import { readJournal } from './journal-reader.js';
import { journalNumber } from './journal-topic.js';
import { keptTopics } from './kept-topics.js';
import type { KeptLog, KeptTopic } from './kept-log.js';
import type { LearnerJournal, LearnerState } from './learner-journal.js';
import type { LogLeadership, LogStatus, TabSnapshot } from './log-leadership.js';
import { LogJournal } from './log-journal.js';
import { readTabMessage, type TabMessage } from './tab-message.js';

const logName = 'learn';

/** The page's own log: which tab has it, and the learner's journal on it. The tab leads in which the log's broker runs; when that tab goes, another leads. */
export class PageLog implements LogLeadership, LearnerJournal, KeptLog {
  private readonly channel = new BroadcastChannel(`partita:${logName}`);
  private readonly statusListeners = new Set<(status: LogStatus) => void>();
  private readonly failureListeners = new Set<(error: unknown) => void>();
  private readonly snapshotListeners = new Set<(snapshot: TabSnapshot) => void>();
  private readonly writeListeners = new Set<() => void>();
  private current: LogStatus = 'waiting';
  private log: Partita | undefined;
  private journal: LogJournal | undefined;
  private told: TabSnapshot | undefined;

  private constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<unknown>) => this.hear(readTabMessage(data));
  }

  /** Opens the log. The status is `waiting` if another tab leads. Rejects with a `PartitaError` where it can't be opened at all. */
  static async open(options: Pick<OpenOptions, 'ifLost'> = {}): Promise<PageLog> {
    const page = new PageLog();
    try {
      page.use(await open(options));
    } catch (error) {
      if (!isOutOfReach(error)) {
        page.channel.close();
        throw error;
      }
      page.waitForLead();
    }
    return page;
  }

  get status(): LogStatus {
    return this.current;
  }

  async takeOver(): Promise<void> {
    if (this.log === undefined) return this.use(await open({ takeOver: true }));
    await this.log.takeOver().catch((error: unknown) => {
      // Another tab was quicker, or the log has closed: the status tells that.
      if (!(error instanceof KafkaError)) throw error;
    });
  }

  watch(): void {
    this.change('watching');
    this.say({ kind: 'who-leads' });
  }

  onChange(listener: (status: LogStatus) => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  onFailure(listener: (error: unknown) => void): () => void {
    this.failureListeners.add(listener);
    return () => this.failureListeners.delete(listener);
  }

  publish(snapshot: TabSnapshot): void {
    if (this.current !== 'leading') return;
    this.told = snapshot;
    this.say({ kind: 'snapshot', snapshot });
  }

  onSnapshot(listener: (snapshot: TabSnapshot) => void): () => void {
    this.snapshotListeners.add(listener);
    return () => this.snapshotListeners.delete(listener);
  }

  async load(): Promise<LearnerState | undefined> {
    return await this.journal?.load();
  }

  save(state: LearnerState): void {
    this.journal?.save(state);
  }

  topics(): Promise<readonly KeptTopic[]> {
    return keptTopics(this.opened);
  }

  exportTopics(options: ExportOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return this.opened.exportTopics(options);
  }

  describe(file: Blob): Promise<ExportDescription> {
    return describeExport(file);
  }

  importTopics(file: Blob, options: ImportOptions): Promise<ImportReport> {
    return this.opened.importTopics(file, options);
  }

  async useProgress(topic: string, imported: readonly string[]): Promise<void> {
    const log = this.opened;
    const problem = await readJournal(log, topic).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const admin = log.admin();
    await admin.connect();
    try {
      const journals = (await admin.listTopics()).filter((name) => journalNumber(name) > 0);
      const gone = problem === undefined ? journals.filter((name) => name !== topic) : imported;
      // Nothing may be written any more to a topic that goes.
      this.journal?.close();
      if (gone.length > 0) await admin.deleteTopics({ topics: gone });
    } finally {
      await admin.disconnect();
      if (this.journal !== undefined) this.journal = this.journalOn(log);
    }
    if (problem !== undefined) throw problem.error;
  }

  onWritten(listener: () => void): void {
    this.writeListeners.add(listener);
  }

  private journalOn(log: Partita): LogJournal {
    return new LogJournal(log, () => {
      for (const listener of this.writeListeners) listener();
    });
  }

  private get opened(): Partita {
    if (this.log === undefined) throw new KafkaError('BROKER_NOT_AVAILABLE', 'The log is not open in this tab.');
    return this.log;
  }

  private use(log: Partita): void {
    void this.log?.close();
    this.log = log;
    this.play(log);
    log.onRoleChange(() => this.play(log));
    void log.closed.then(({ reason, error }) => {
      if (this.log !== log) return;
      this.log = undefined;
      this.play(undefined);
      if (reason !== 'storage-failed') return this.waitForLead();
      this.channel.close();
      for (const listener of this.failureListeners) listener(error);
    });
  }

  /** Leads if the broker is here, else leaves that to the tab where it is. */
  private play(log: Partita | undefined): void {
    const leads = log?.role === 'broker';
    if (leads === (this.journal !== undefined)) return;
    this.journal?.close();
    this.journal = leads ? this.journalOn(log) : undefined;
    this.change(leads ? 'leading' : 'waiting');
  }

  /** Where tabs can't reach each other this one leads as soon as the other has gone. */
  private waitForLead(): void {
    open({ waitMs: Infinity }).then(
      (log) => (this.log === undefined ? this.use(log) : void log.close()),
      // Whoever asks this tab to take over is told what is wrong.
      () => undefined,
    );
  }

  private change(status: LogStatus): void {
    if (status === this.current) return;
    this.current = status;
    for (const listener of this.statusListeners) listener(status);
  }

  private hear(message: TabMessage | undefined): void {
    if (message?.kind === 'who-leads') {
      if (this.current === 'leading' && this.told !== undefined) this.say({ kind: 'snapshot', snapshot: this.told });
    } else if (message !== undefined && this.current === 'watching') {
      for (const listener of this.snapshotListeners) listener(message.snapshot);
    }
  }

  /** What is said is plain data; Svelte's proxies would not cross. */
  private say(message: TabMessage): void {
    this.channel.postMessage(JSON.parse(JSON.stringify(message)));
  }
}

function open(options: Pick<OpenOptions, 'takeOver' | 'waitMs' | 'ifLost'> = {}): Promise<Partita> {
  return openLog(
    { name: logName, profile: 'classroom', ...options },
    () => new Worker(brokerWorkerUrl, { type: 'module', name: 'partita' }),
  );
}

function isOutOfReach(error: unknown): boolean {
  return error instanceof PartitaError && error.code === 'LOG_IN_USE';
}
