import { ArchiveError, type ArchiveErrorCode } from '../../entry/topic-transfer.js';
import type { ExportDescription, ImportReport, TransferProgress } from '../../entry/topic-transfer.js';
import { KafkaError } from '../../engine/protocol/kafka-error.js';
import type { FileSink } from './file-sink.js';
import { importPlan, renamesOf, type PlannedTopic } from './import-plan.js';
import { journalNumber } from './journal-topic.js';
import type { KeptLog, KeptTopic } from './kept-log.js';

/** What is being done with the topics, or was done last. */
export type Work =
  | { readonly kind: 'none' }
  | { readonly kind: 'exporting'; readonly file: string; readonly progress: TransferProgress }
  | { readonly kind: 'importing'; readonly file: string; readonly progress: TransferProgress }
  /** The file says what it holds; whether that is wanted is not known yet. */
  | { readonly kind: 'asking'; readonly file: File; readonly description: ExportDescription }
  | { readonly kind: 'exported'; readonly file: string; readonly progress: TransferProgress }
  | { readonly kind: 'imported'; readonly file: string; readonly report: ImportReport; readonly hasProgress: boolean }
  | { readonly kind: 'cancelled'; readonly what: 'export' | 'import' }
  | {
      readonly kind: 'failed';
      readonly what: 'export' | 'import';
      readonly file: string;
      readonly problem: TransferProblem;
    };

/** What went wrong, as the texts of the page name it. */
export interface TransferProblem {
  readonly code: ArchiveErrorCode | 'LOG_LOST' | 'NO_PROGRESS' | 'OTHER';
  /** The engine's own words. */
  readonly message: string;
  readonly entry?: string | undefined;
  readonly byte?: number | undefined;
  readonly offset?: number | undefined;
}

/** What is wrong with a name for a topic: something else has it, here or in the file, or it is no name. */
export type NameProblem = 'taken' | 'twice' | 'no-name';

const nothingYet: TransferProgress = { bytes: 0, totalBytes: 0, records: 0, topics: 0, totalTopics: 0 };

/** The topics of the page's log, and what is being done with them. It goes on while the learner looks at something else. */
export class KeptData {
  /** Undefined until they are known. */
  topics = $state.raw<readonly KeptTopic[]>();
  work = $state.raw<Work>({ kind: 'none' });
  planned = $state<PlannedTopic[]>([]);
  /** Whether the topics are looked at: only then they are asked for whenever they change. */
  isShown = false;
  private aborting = new AbortController();

  /** `onProgress` is called when the learner's progress is another than before. */
  constructor(
    private readonly log: KeptLog,
    private readonly files: FileSink,
    private readonly now: () => Date,
    private readonly onProgress: () => Promise<void>,
  ) {
    log.onWritten(() => {
      if (this.isShown) void this.refresh();
    });
  }

  get isBusy(): boolean {
    return this.work.kind === 'exporting' || this.work.kind === 'importing';
  }

  /** Whether there is progress here that a file would replace. */
  get replacesProgress(): boolean {
    return (
      this.planned.some(({ isProgress }) => isProgress) && this.topics?.some(({ isProgress }) => isProgress) === true
    );
  }

  async refresh(): Promise<void> {
    this.topics = await this.log.topics().catch(() => this.topics);
  }

  /** Writes all topics into a file. */
  async export(): Promise<void> {
    if (this.isBusy) return;
    const name = `partita-${this.now().toISOString().slice(0, 10)}.tar`;
    let progress = nothingYet;
    const { signal } = this.begin();
    await this.attempt('export', name, signal, async () => {
      const file = await this.files.open(name);
      if (file === undefined) return { kind: 'none' };
      this.work = { kind: 'exporting', file: file.name, progress };
      const onProgress = (told: TransferProgress): void => {
        progress = told;
        this.work = { kind: 'exporting', file: file.name, progress };
      };
      await file.write(await this.log.exportTopics({ signal, onProgress }));
      return { kind: 'exported', file: file.name, progress };
    });
  }

  /** Looks at what a file says that it holds, and asks whether that is wanted. */
  async choose(file: File): Promise<void> {
    if (this.isBusy) return;
    const { signal } = this.begin();
    await this.attempt('import', file.name, signal, async () => {
      const description = await this.log.describe(file);
      await this.refresh();
      this.planned = importPlan(description, this.topics ?? []);
      return { kind: 'asking', file, description };
    });
  }

  /** What is wrong with the name that this topic is to have. */
  nameProblem({ name, as, isProgress }: PlannedTopic): NameProblem | undefined {
    if (isProgress) return undefined;
    if (!/^[\w.-]{1,249}$/.test(as) || as === '.' || as === '..') return 'no-name';
    if (this.planned.some((other) => other.name !== name && other.as === as)) return 'twice';
    return this.topics?.some((topic) => topic.name === as) === true || journalNumber(as) > 0 ? 'taken' : undefined;
  }

  /** Imports the file that was asked about. */
  async import(): Promise<void> {
    const { work } = this;
    if (work.kind !== 'asking' || this.planned.some((topic) => this.nameProblem(topic) !== undefined)) return;
    const { file } = work;
    const rename = renamesOf(this.planned);
    const progressTopic = this.planned.find(({ isProgress }) => isProgress)?.as;
    const { signal } = this.begin();
    await this.attempt('import', file.name, signal, async () => {
      const onProgress = (progress: TransferProgress): void => {
        this.work = { kind: 'importing', file: file.name, progress };
      };
      onProgress(nothingYet);
      const report = await this.log.importTopics(file, { rename, signal, onProgress });
      if (progressTopic !== undefined) await this.useProgress(progressTopic, report);
      return { kind: 'imported', file: file.name, report, hasProgress: progressTopic !== undefined };
    });
  }

  /** Ends what is under way; it says so when nothing is left of it. */
  cancel(): void {
    if (this.work.kind === 'asking') this.work = { kind: 'cancelled', what: 'import' };
    this.aborting.abort();
  }

  private begin(): AbortController {
    this.aborting = new AbortController();
    return this.aborting;
  }

  private async attempt(
    what: 'export' | 'import',
    file: string,
    signal: AbortSignal,
    run: () => Promise<Work>,
  ): Promise<void> {
    let ended: Work;
    try {
      ended = await run();
    } catch (error) {
      ended = signal.aborted ? { kind: 'cancelled', what } : { kind: 'failed', what, file, problem: problemOf(error) };
    }
    // Whoever reads how it ended finds it so.
    await this.refresh();
    this.work = ended;
  }

  private async useProgress(topic: string, { topics }: ImportReport): Promise<void> {
    try {
      await this.log.useProgress(
        topic,
        topics.map(({ importedAs }) => importedAs),
      );
    } catch (error) {
      throw error instanceof KafkaError && error.code === 'INVALID_RECORD' ? new NoProgress(error.message) : error;
    }
    await this.onProgress();
  }
}

/** What was imported as progress is none. */
class NoProgress extends Error {
  override readonly name = 'NoProgress';
}

function problemOf(error: unknown): TransferProblem {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ArchiveError) {
    const { code, entry, byte, offset } = error;
    return { code, message, entry, byte, offset };
  }
  if (error instanceof NoProgress) return { code: 'NO_PROGRESS', message };
  return { code: error instanceof KafkaError ? 'LOG_LOST' : 'OTHER', message };
}
