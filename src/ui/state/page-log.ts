import brokerWorkerUrl from '../../workers/broker.worker.ts?worker&url';
import { openLog, type Partita } from '../../entry/open-log.js';
import { PartitaError } from '../../entry/partita-error.js';
import type { LearnerJournal, LearnerState } from './learner-journal.js';
import type { LogLeadership, LogStatus, TabSnapshot } from './log-leadership.js';
import { LogJournal } from './log-journal.js';

const logName = 'learn';

type TabMessage = { readonly kind: 'snapshot'; readonly snapshot: TabSnapshot } | { readonly kind: 'who-leads' };

/** The page's own log: which tab has it, and the learner's journal on it. */
export class PageLog implements LogLeadership, LearnerJournal {
  private readonly channel = new BroadcastChannel(`partita:${logName}`);
  private readonly statusListeners = new Set<(status: LogStatus) => void>();
  private readonly snapshotListeners = new Set<(snapshot: TabSnapshot) => void>();
  private current: LogStatus = 'waiting';
  private journal: LogJournal | undefined;
  private told: TabSnapshot | undefined;

  private constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.hear(data);
  }

  /** Opens the log unless another tab has it: then the status is `waiting`. Rejects with a `PartitaError` where it can't be opened at all. */
  static async open(): Promise<PageLog> {
    const page = new PageLog();
    try {
      page.lead(await open(false));
    } catch (error) {
      if (!(error instanceof PartitaError && error.code === 'LOG_IN_USE')) throw error;
    }
    return page;
  }

  get status(): LogStatus {
    return this.current;
  }

  async takeOver(): Promise<void> {
    this.lead(await open(true));
  }

  watch(): void {
    this.change('watching');
    this.say({ kind: 'who-leads' });
  }

  onChange(listener: (status: LogStatus) => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
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

  private lead(log: Partita): void {
    const journal = new LogJournal(log);
    this.journal = journal;
    void log.closed.then(() => {
      if (this.journal !== journal) return;
      this.journal = undefined;
      this.change('waiting');
    });
    this.change('leading');
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

function open(takeOver: boolean): Promise<Partita> {
  return openLog(
    { name: logName, profile: 'classroom', takeOver },
    () => new Worker(brokerWorkerUrl, { type: 'module', name: 'partita' }),
  );
}
