import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import type { StoredRecord } from '../../engine/scenario/stored-record.js';
import type { HostError, RunOpened, ScenarioHost } from '../../workers/scenario-host.js';
import type { FrameClock } from './frame-clock.js';
import type { HostedSpec, RunKind, RunMoment, RunProjection } from './run-kind.js';

/** How far ahead a step looks for its event at a time, so that hardly more than it is simulated. */
const stepLookMs = 100;
/** While the worker is busy the play head waits; it does not make up for more than this of a viewer's time. */
const longestDebtMs = 200;

interface OpenedRun<Spec, View extends RunMoment> {
  readonly spec: Spec;
  readonly opened: RunOpened;
  /** Draws the moment at the head; the other one draws the furthest moment seen. */
  readonly atHead: RunProjection<View>;
  readonly atFurthest: RunProjection<View>;
}

/** One run on the page: simulated in the worker as far as the play head needs it, seen at any moment up to there. */
export class RunPlayback<Spec extends HostedSpec, View extends RunMoment> {
  /** The moment at the head; undefined until a run is open. */
  view = $state.raw<View>();
  /** The furthest moment seen, if the head stands before it. */
  future = $state.raw<View>();
  spec = $state.raw<Spec>();
  headMs = $state(0);
  /** The furthest that was shown. */
  seenMs = $state(0);
  playing = $state(false);
  /** Run time per viewer's time. */
  speed = $state(1);
  /** When the run ends, once the head has been there. */
  endMs = $state<number>();
  error = $state.raw<HostError>();
  /** The head goes no further for now; playing stops there as if the run ended. */
  limitMs = $state(Number.POSITIVE_INFINITY);

  private run: OpenedRun<Spec, View> | undefined;
  private reachedMs = 0;
  private wantedMs = 0;
  private reaching: Promise<void> | undefined;
  private stopFrames: (() => void) | undefined;

  /** `onEnded` is called when playing brings the head to the end of the run. */
  constructor(
    private readonly kind: RunKind<Spec, View>,
    private readonly host: ScenarioHost,
    private readonly frames: FrameClock,
    private readonly onEnded: () => void = () => {},
  ) {}

  /** Opens a run in place of the one that was open, and brings the head to `headMs`. Nothing beyond `seenMs` is shown as future. */
  async open(
    spec: Spec,
    at: { readonly database?: string; readonly headMs?: number; readonly seenMs?: number } = {},
  ): Promise<void> {
    this.pause();
    const former = this.run;
    this.run = undefined;
    if (former !== undefined) await this.host.close(former.opened.runId);
    const result = await this.host.open(spec, at.database === undefined ? {} : { database: at.database });
    if (!result.ok) {
      this.error = result.error;
      return;
    }
    this.error = undefined;
    const { originMs } = result.value;
    this.run = {
      spec,
      opened: result.value,
      atHead: this.kind.project(spec, originMs),
      atFurthest: this.kind.project(spec, originMs),
    };
    this.reaching = undefined;
    this.reachedMs = -1;
    this.endMs = undefined;
    this.seenMs = 0;
    const headMs = at.headMs ?? 0;
    await this.reach(Math.max(headMs, at.seenMs ?? 0));
    this.seenMs = Math.max(headMs, Math.min(at.seenMs ?? 0, this.lastMs));
    this.spec = spec;
    this.moveTo(headMs);
  }

  /** Events up to the play head, in their sequence. */
  get eventsSoFar(): readonly RecordedEvent[] {
    const { run, headMs } = this;
    if (run === undefined) return [];
    const until = run.opened.originMs + headMs;
    return run.atHead.trace.filter((event) => event.at <= until);
  }

  /** All events that were simulated: for chains of causes, which look back only. */
  get trace(): readonly RecordedEvent[] {
    return this.run?.atHead.trace ?? [];
  }

  /** Run time 0 on the clock of the events. */
  get originMs(): number {
    return this.run?.opened.originMs ?? 0;
  }

  get canStepBack(): boolean {
    return this.view !== undefined && this.headMs > 0;
  }

  get canStepForward(): boolean {
    return this.view !== undefined && this.headMs < Math.min(this.endMs ?? Number.POSITIVE_INFINITY, this.limitMs);
  }

  /** Plays on, or again from `fromMs` if the head is at the end. */
  play(fromMs = 0): void {
    if (this.playing || this.run === undefined) return;
    if (!this.canStepForward) this.moveTo(fromMs);
    if (!this.canStepForward) return;
    this.playing = true;
    this.wantedMs = this.headMs;
    this.stopFrames = this.frames.run((elapsedMs) => this.advanceBy(elapsedMs * this.speed));
  }

  pause(): void {
    this.stopFrames?.();
    this.stopFrames = undefined;
    this.playing = false;
  }

  /** Puts the head anywhere: back at once, forward as soon as the run is simulated up to there. */
  async scrubTo(ms: number): Promise<void> {
    this.wantedMs = Math.min(Math.max(0, ms), this.limitMs);
    if (this.wantedMs > this.reachedMs) await this.reach(this.wantedMs);
    this.moveTo(this.wantedMs);
  }

  /** Puts the head on the next moment at which something happens. */
  async stepForward(): Promise<void> {
    this.pause();
    for (const run = this.run; run !== undefined && run === this.run; await this.reach(this.reachedMs + stepLookMs)) {
      const next = this.momentsOfInterest().find((ms) => ms > this.headMs);
      if (next !== undefined || this.reachedMs >= this.limitMs) return this.moveTo(next ?? this.limitMs);
      if (run.atHead.endMs !== undefined) return this.moveTo(run.atHead.endMs);
      if (this.error !== undefined) return;
    }
  }

  /** Puts the head on the last moment before it at which something happened. */
  stepBack(): void {
    this.pause();
    this.moveTo(this.momentsOfInterest().findLast((ms) => ms < this.headMs) ?? 0);
  }

  /** Simulates the whole run, as far as the head may go, and shows its end. */
  async runToEnd(): Promise<void> {
    await this.reach(Math.min(this.limitMs, Number.MAX_SAFE_INTEGER - this.originMs));
    this.moveTo(this.lastMs);
  }

  /** A stored record of the topic lane, read back from the log. */
  async readRecord(at: { topic: string; partition: number; offset: number }): Promise<StoredRecord | undefined> {
    if (this.run === undefined) return undefined;
    const result = await this.host.readRecord(this.run.opened.runId, at);
    return result.ok ? result.value : undefined;
  }

  async close(): Promise<void> {
    this.pause();
    const { run } = this;
    this.run = undefined;
    if (run !== undefined) await this.host.close(run.opened.runId);
  }

  private get lastMs(): number {
    return Math.max(0, this.run?.atHead.endMs ?? this.reachedMs);
  }

  private momentsOfInterest(): readonly number[] {
    return this.trace.filter((event) => this.kind.isOfInterest(event)).map((event) => event.at - this.originMs);
  }

  private advanceBy(runMs: number): void {
    const { run } = this;
    if (run === undefined) return;
    this.wantedMs = Math.min(this.wantedMs + runMs, this.reachedMs + longestDebtMs * this.speed, this.limitMs);
    if (this.wantedMs > this.reachedMs) void this.reach(this.wantedMs);
    this.moveTo(Math.min(this.wantedMs, Math.max(this.reachedMs, this.headMs)));
    if (this.headMs >= Math.min(this.limitMs, run.atHead.endMs ?? Number.POSITIVE_INFINITY)) {
      this.pause();
      this.onEnded();
    }
  }

  private moveTo(ms: number): void {
    const { run } = this;
    if (run === undefined) return;
    this.headMs = Math.min(Math.max(0, ms), this.lastMs, this.limitMs);
    this.seenMs = Math.max(this.seenMs, this.headMs);
    const { endMs } = run.atHead;
    if (endMs !== undefined && this.seenMs >= endMs) this.endMs = endMs;
    this.view = run.atHead.viewAt(this.headMs);
    this.future = this.seenMs > this.headMs ? run.atFurthest.viewAt(this.seenMs) : undefined;
  }

  /** Simulates up to `ms`. Calls that come meanwhile wait for the one that is under way. */
  private async reach(ms: number): Promise<void> {
    const { run } = this;
    if (run === undefined) return;
    while (this.reachedMs < ms && run.atHead.endMs === undefined && this.run === run && this.error === undefined) {
      if (this.reaching === undefined) {
        this.reaching = this.advance(run, ms).finally(() => {
          if (this.run === run) this.reaching = undefined;
        });
      }
      await this.reaching;
    }
  }

  private async advance(run: OpenedRun<Spec, View>, ms: number): Promise<void> {
    const result = await this.host.advance(run.opened.runId, Math.ceil(ms));
    if (this.run !== run) return;
    if (!result.ok) {
      this.error = result.error;
      this.pause();
      return;
    }
    run.atHead.add(result.value.events);
    run.atFurthest.add(result.value.events);
    this.reachedMs = result.value.reachedMs;
  }
}
