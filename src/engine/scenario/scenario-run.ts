import { sleep, type Millis } from '../environment/environment.js';
import type { Environment, RecordedEvent } from '../environment/trace-events.js';
import { MemoryStorage } from '../environment/memory-storage.js';
import type { Storage } from '../environment/storage.js';
import { PublishSubscribe } from '../models/publish-subscribe.js';
import { TraditionalQueue } from '../models/traditional-queue.js';
import { World } from '../simulation/world.js';
import { CompletionWatch } from './completion-watch.js';
import { handlingMs } from './handling-times.js';
import type { LaneSpec, PublishSubscribeLane, QueueLane, RunSpec } from './run-spec.js';
import { TopicStage } from './topic-stage.js';

/** When every run's world begins: virtual time has no other anchor. */
const worldStartMs = Date.UTC(2026, 0, 1);
/** From the start of the world to the first record: brokers start, topics are made, clients connect and groups settle. */
const preparationMs: Millis = 10_000;
const completionCheckMs: Millis = 100;
/** A run that has not come to its end so long after its last record is declared ended (a message may be redelivered without end). */
const longestTailMs: Millis = 3_600_000;

/** Where a lane's records go. */
interface LaneFeed {
  send(record: number, cause: string): void;
}

/**
 * A run of a spec in a world of its own. It is simulated only as far as it is asked for, on virtual time; the trace is a pure function of the spec,
 * whatever storage it runs on.
 */
export class ScenarioRun {
  /** Run time 0: when the first record is sent, in milliseconds since the epoch. */
  readonly originMs = worldStartMs + preparationMs;
  private readonly script: Environment;
  private readonly watch: CompletionWatch;
  private ended = false;

  private constructor(
    private readonly world: World,
    readonly spec: RunSpec,
    private readonly storage: Storage,
  ) {
    this.script = world.environment('script');
    this.watch = new CompletionWatch(spec);
  }

  /**
   * Prepares the world up to run time 0. `settle` lets everything that has been promised go on (see `World`); `storage` is asked to be empty, or to
   * behave so (`ResumedStorage`); memory when absent. `begun` is called with the run before anything happens in its world.
   */
  static async open(
    spec: RunSpec,
    options: { settle: () => Promise<void>; storage?: Storage | undefined; begun?: (run: ScenarioRun) => void },
  ): Promise<ScenarioRun> {
    const world = new World({ seed: spec.seed, settle: options.settle, startMs: worldStartMs });
    const run = new ScenarioRun(world, spec, options.storage ?? new MemoryStorage());
    options.begun?.(run);
    const preparation = { isDone: false };
    world.watch(run.prepare().then(() => (preparation.isDone = true)));
    await world.advanceTo(run.originMs - 1);
    if (!preparation.isDone)
      throw new Error(`The run with seed ${spec.seed} was not ready ${preparationMs} ms after its world began.`);
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

  private async prepare(): Promise<void> {
    const feeds = await Promise.all(this.spec.lanes.map((lane) => this.prepareLane(lane)));
    this.spec.records.forEach((_, record) => {
      this.at(record * this.spec.recordIntervalMs, () => this.send(record, feeds));
    });
    this.at(Math.max(0, this.spec.records.length - 1) * this.spec.recordIntervalMs + completionCheckMs, () =>
      this.checkCompletion(),
    );
  }

  private async prepareLane(lane: LaneSpec): Promise<LaneFeed> {
    switch (lane.lane) {
      case 'queue':
        return this.prepareQueue(lane);
      case 'publish-subscribe':
        return this.preparePublishSubscribe(lane);
      case 'topic':
        return await TopicStage.prepare(lane, this.spec, this.world, this.world.storage(this.storage), (runMs, act) =>
          this.at(runMs, act),
        );
    }
  }

  private prepareQueue(lane: QueueLane): LaneFeed {
    const environment = this.world.environment('queue');
    const queue = new TraditionalQueue(environment, 'orders', {
      delivery: lane.delivery,
      acknowledgementTimeoutMs: lane.acknowledgementTimeoutMs,
    });
    for (const worker of lane.workers) {
      queue.addWorker({
        id: worker.id,
        handle: (message, attempt) =>
          sleep(environment.timers, handlingMs(this.spec, 'queue', worker, message, attempt)),
      });
    }
    return { send: (record, cause) => queue.send(record, cause) };
  }

  private preparePublishSubscribe(lane: PublishSubscribeLane): LaneFeed {
    const environment = this.world.environment('publish-subscribe');
    const topic = new PublishSubscribe(environment, 'orders');
    for (const subscriber of lane.subscribers) {
      const handle = (message: number): Promise<void> =>
        sleep(environment.timers, handlingMs(this.spec, 'publish-subscribe', subscriber, message, 1));
      if (subscriber.joinsAtMs <= 0) topic.subscribe({ id: subscriber.id, handle });
      else this.at(subscriber.joinsAtMs, () => topic.subscribe({ id: subscriber.id, handle }));
    }
    return { send: (record, cause) => topic.publish(record, cause) };
  }

  private send(record: number, feeds: readonly LaneFeed[]): void {
    const id = `command:send-${record}`;
    this.script.tracer.emit({ kind: 'command', id, text: 'send a record', args: { record } });
    for (const feed of feeds) feed.send(record, id);
  }

  private checkCompletion(): void {
    const limit = this.spec.records.length * this.spec.recordIntervalMs + longestTailMs;
    if (this.watch.isComplete(this.world.trace) || this.reachedMs > limit) {
      this.ended = true;
      this.script.tracer.emit({ kind: 'command', id: 'command:finished', text: 'nothing more will happen' });
      return;
    }
    this.script.timers.set(completionCheckMs, () => this.checkCompletion());
  }

  private at(runMs: Millis, act: () => void): void {
    this.script.timers.set(Math.max(0, this.originMs + runMs - this.script.clock.now()), act);
  }
}
