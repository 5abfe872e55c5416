import type { Millis } from '../environment/environment.js';
import { MemoryStorage } from '../environment/memory-storage.js';
import type { Storage } from '../environment/storage.js';
import type { Environment, RecordedEvent } from '../environment/trace-events.js';
import { World } from '../simulation/world.js';

/** When every run's world begins: virtual time has no other anchor. */
const worldStartMs = Date.UTC(2026, 0, 1);
/** From the start of the world to run time 0: brokers start, topics are made, clients connect and groups settle. */
const usualPreparationMs: Millis = 10_000;

export interface RunOptions<Run> {
  /** Lets everything that has been promised go on (see `World`). */
  readonly settle: () => Promise<void>;
  /** Asked to be empty, or to behave so (`ResumedStorage`); memory when absent. */
  readonly storage?: Storage | undefined;
  /** Called with the run before anything happens in its world. */
  readonly begun?: (run: Run) => void;
}

/**
 * A run of a spec in a world of its own, on virtual time. It is simulated only as far as it is asked for; the trace is a pure function of the spec,
 * whatever storage it runs on.
 */
export abstract class VirtualRun<Spec extends { readonly seed: string }> {
  /** Run time 0, in milliseconds since the epoch. */
  readonly originMs: Millis;
  protected readonly world: World;
  /** Speaks for the script of the run. */
  protected readonly script: Environment;
  private ended = false;

  protected constructor(
    readonly spec: Spec,
    settle: () => Promise<void>,
    preparationMs = usualPreparationMs,
  ) {
    this.originMs = worldStartMs + preparationMs;
    this.world = new World({ seed: spec.seed, settle, startMs: worldStartMs });
    this.script = this.world.environment('script');
  }

  /** Prepares the world of `run` up to run time 0. */
  protected static async begin<Run extends VirtualRun<{ readonly seed: string }>>(
    run: Run,
    { storage, begun }: RunOptions<Run>,
  ): Promise<Run> {
    const { world, originMs } = run;
    begun?.(run);
    await world.outcome(run.prepare(world.storage(storage ?? new MemoryStorage())), originMs - worldStartMs - 1);
    await world.advanceTo(originMs - 1);
    return run;
  }

  /** Everything that happened so far, from the start of the world. */
  get trace(): readonly RecordedEvent[] {
    return this.world.trace;
  }

  /** Run time up to which the world is simulated; below 0 during preparation. */
  get reachedMs(): Millis {
    return this.world.now - this.originMs;
  }

  /** Nothing more will happen; the trace ends with the command `command:finished`. */
  get finished(): boolean {
    return this.ended;
  }

  /** Simulates up to run time `toMs`, or to the end. */
  async advanceTo(toMs: Millis): Promise<void> {
    if (!this.ended) await this.world.runUntil(() => this.ended, this.originMs + toMs);
  }

  /** Starts what must be there at run time 0, and schedules what comes after; done before that. */
  protected abstract prepare(storage: Storage): Promise<void>;

  /** Does something at run time `runMs`, or now if that is past. */
  protected at(runMs: Millis, act: () => void): void {
    this.script.timers.set(Math.max(0, this.originMs + runMs - this.script.clock.now()), act);
  }

  /** Declares that nothing more will happen. */
  protected finish(): void {
    this.ended = true;
    this.script.tracer.emit({ kind: 'command', id: 'command:finished', text: 'nothing more will happen' });
  }
}
