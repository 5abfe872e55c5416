import { MemoryStorage } from '../engine/environment/memory-storage.js';
import type { Millis } from '../engine/environment/environment.js';
import { StorageError, type Storage } from '../engine/environment/storage.js';
import { GroupRun } from '../engine/scenario/group-run.js';
import { ResumedStorage, RunDivergedError } from '../engine/scenario/resumed-storage.js';
import { LogRun } from '../engine/scenario/log-run.js';
import { ScenarioRun } from '../engine/scenario/scenario-run.js';
import { StreamsRun } from '../engine/scenario/streams-run.js';
import { readStoredRecord, type StoredRecord } from '../engine/scenario/stored-record.js';
import type { RunOptions } from '../engine/scenario/virtual-run.js';
import type { HostedSpec, HostError, HostResult, RunChunk, RunOpened, ScenarioHost } from './scenario-host.js';

interface OpenRun {
  readonly run: HostedRun;
  readonly storage: Storage;
  /** What would make the run untrue, asked after every step. */
  readonly failure: () => Error | undefined;
  given: number;
  /** The call that is under way; the next waits for it. */
  busy: Promise<unknown>;
}

/** What the world of a host lends to its runs. */
export interface RunPlatform {
  settle(): Promise<void>;
  /** Opens the database of that name for one run alone: whoever had it is fenced. */
  openStorage(name: string): Promise<Storage>;
}

/** The runs of one worker. Calls for one run wait for each other; different runs share the thread. */
export class ScenarioRuns implements ScenarioHost {
  private readonly runs = new Map<number, OpenRun>();
  private opened = 0;

  constructor(private readonly platform: RunPlatform) {}

  open(spec: HostedSpec, { database }: { readonly database?: string }): Promise<HostResult<RunOpened>> {
    return settled(async () => {
      if (database === undefined) return await this.begin(spec);
      const kept = await this.platform.openStorage(database);
      try {
        return await this.resume(spec, kept);
      } catch (error) {
        if (!(error instanceof RunDivergedError)) {
          await kept.close();
          throw error;
        }
        await ResumedStorage.forget(kept);
        return { ...(await this.resume(spec, kept)), restartedBecause: error.message };
      }
    });
  }

  advance(runId: number, toMs: Millis): Promise<HostResult<RunChunk>> {
    return this.inTurn(runId, async (open) => {
      try {
        await open.run.advanceTo(toMs);
      } catch (error) {
        throw open.failure() ?? error;
      }
      const failure = open.failure();
      if (failure !== undefined) throw failure;
      const events = open.run.trace.slice(open.given);
      open.given += events.length;
      return { events, reachedMs: open.run.reachedMs, finished: open.run.finished };
    });
  }

  readRecord(
    runId: number,
    at: { topic: string; partition: number; offset: number },
  ): Promise<HostResult<StoredRecord>> {
    return this.inTurn(runId, async (open) => {
      const record = await readStoredRecord(open.storage, at);
      if (record === undefined)
        throw new StorageError('not-found', `${at.topic}-${at.partition} holds no record at offset ${at.offset}.`);
      return record;
    });
  }

  async close(runId: number): Promise<void> {
    await this.inTurn(runId, async (open) => {
      this.runs.delete(runId);
      await open.storage.close();
    });
  }

  private async begin(spec: HostedSpec): Promise<RunOpened> {
    const storage = new MemoryStorage();
    const run = await openRun(spec, { settle: () => this.platform.settle(), storage });
    return this.add({ run, storage, failure: () => undefined }, { storage: 'memory', storedToMs: 0 });
  }

  private async resume(spec: HostedSpec, kept: Storage): Promise<RunOpened> {
    let reachedMs = (): Millis => 0;
    const storage = await ResumedStorage.open(kept, JSON.stringify(spec), () => Math.max(0, reachedMs()));
    try {
      const run = await openRun(spec, {
        settle: () => this.platform.settle(),
        storage,
        begun: (begun) => (reachedMs = () => begun.reachedMs),
      });
      await run.advanceTo(storage.storedToMs);
      if (storage.failure !== undefined) throw storage.failure;
      return this.add(
        { run, storage, failure: () => storage.failure },
        { storage: 'indexeddb', storedToMs: storage.storedToMs },
      );
    } catch (error) {
      // What the storage found is the reason; what the world made of it is not.
      throw storage.failure ?? error;
    }
  }

  private add(
    opened: Pick<OpenRun, 'run' | 'storage' | 'failure'>,
    how: Pick<RunOpened, 'storage' | 'storedToMs'>,
  ): RunOpened {
    const runId = ++this.opened;
    this.runs.set(runId, { ...opened, given: 0, busy: Promise.resolve() });
    return { runId, originMs: opened.run.originMs, ...how };
  }

  private inTurn<Value>(runId: number, call: (open: OpenRun) => Promise<Value>): Promise<HostResult<Value>> {
    const open = this.runs.get(runId);
    if (open === undefined)
      return settled(() => Promise.reject(new RangeError(`There is no open run ${runId}; open it again.`)));
    const result = settled(async () => {
      await open.busy;
      return await call(open);
    });
    open.busy = result;
    return result;
  }
}

type HostedRun = ScenarioRun | LogRun | GroupRun | StreamsRun;

function openRun(spec: HostedSpec, options: RunOptions<HostedRun>): Promise<HostedRun> {
  if (!('kind' in spec)) return ScenarioRun.open(spec, options);
  switch (spec.kind) {
    case 'log':
      return LogRun.open(spec, options);
    case 'group':
      return GroupRun.open(spec, options);
    case 'streams':
      return StreamsRun.open(spec, options);
  }
}

/** Errors cross to the page as data: Comlink would lose their classes. */
async function settled<Value>(call: () => Promise<Value>): Promise<HostResult<Value>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, error: describe(error) };
  }
}

function describe(error: unknown): HostError {
  if (error instanceof StorageError) return { code: error.code, message: error.message };
  if (error instanceof Error) return { code: error.name, message: error.message };
  return { code: 'Error', message: String(error) };
}
