import brokerWorkerUrl from '../../workers/broker.worker.ts?worker&url';
import { openLog, type OpenOptions, type Partita } from '../../entry/open-log.js';
import { KafkaError } from '../../engine/protocol/kafka-error.js';
import { PartitaError } from '../../entry/partita-error.js';
import type { LearnerJournal, LearnerState } from './learner-journal.js';
import type { LogLeadership, LogStatus, TabSnapshot } from './log-leadership.js';
import { LogJournal } from './log-journal.js';

const logName = 'learn';

type TabMessage = { readonly kind: 'snapshot'; readonly snapshot: TabSnapshot } | { readonly kind: 'who-leads' };

/** The page's own log: which tab has it, and the learner's journal on it. The tab leads in which the log's broker runs; when that tab goes, another leads. */
export class PageLog implements LogLeadership, LearnerJournal {
  private readonly channel = new BroadcastChannel(`partita:${logName}`);
  private readonly statusListeners = new Set<(status: LogStatus) => void>();
  private readonly failureListeners = new Set<(error: unknown) => void>();
  private readonly snapshotListeners = new Set<(snapshot: TabSnapshot) => void>();
  private current: LogStatus = 'waiting';
  private log: Partita | undefined;
  private journal: LogJournal | undefined;
  private told: TabSnapshot | undefined;

  private constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.hear(data);
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
    this.journal = leads ? new LogJournal(log) : undefined;
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

  private hear(message: TabMessage): void {
    if (message.kind === 'who-leads') {
      if (this.current === 'leading' && this.told !== undefined) this.say({ kind: 'snapshot', snapshot: this.told });
    } else if (this.current === 'watching') {
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
