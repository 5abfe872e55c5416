import { sleep, type Millis } from '../environment/environment.js';
import type { Storage } from '../environment/storage.js';
import { PublishSubscribe } from '../models/publish-subscribe.js';
import { TraditionalQueue } from '../models/traditional-queue.js';
import { CompletionWatch } from './completion-watch.js';
import { handlingMs } from './handling-times.js';
import type { LaneSpec, PublishSubscribeLane, QueueLane, RunSpec } from './run-spec.js';
import { TopicStage } from './topic-stage.js';
import { VirtualRun, type RunOptions } from './virtual-run.js';

const completionCheckMs: Millis = 100;
/** A run that has not come to its end so long after its last record is declared ended (a message may be redelivered without end). */
const longestTailMs: Millis = 3_600_000;

/** Where a lane's records go. */
interface LaneFeed {
  send(record: number, cause: string): void;
}

/** A run of lanes that are sent the same records, each in its own way. */
export class ScenarioRun extends VirtualRun<RunSpec> {
  private readonly watch: CompletionWatch;

  private constructor(spec: RunSpec, settle: () => Promise<void>) {
    super(spec, settle);
    this.watch = new CompletionWatch(spec);
  }

  /** Prepares the world up to run time 0, when the first record is sent. */
  static async open(spec: RunSpec, options: RunOptions<ScenarioRun>): Promise<ScenarioRun> {
    return await VirtualRun.begin(new ScenarioRun(spec, options.settle), options);
  }

  protected async prepare(storage: Storage): Promise<void> {
    const feeds = await Promise.all(this.spec.lanes.map((lane) => this.prepareLane(lane, storage)));
    this.spec.records.forEach((_, record) => {
      this.at(record * this.spec.recordIntervalMs, () => this.send(record, feeds));
    });
    this.at(Math.max(0, this.spec.records.length - 1) * this.spec.recordIntervalMs + completionCheckMs, () =>
      this.checkCompletion(),
    );
  }

  private async prepareLane(lane: LaneSpec, storage: Storage): Promise<LaneFeed> {
    switch (lane.lane) {
      case 'queue':
        return this.prepareQueue(lane);
      case 'publish-subscribe':
        return this.preparePublishSubscribe(lane);
      case 'topic':
        return await TopicStage.prepare(lane, this.spec, this.world, storage, (runMs, act) => this.at(runMs, act));
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
      this.finish();
      return;
    }
    this.script.timers.set(completionCheckMs, () => this.checkCompletion());
  }
}
