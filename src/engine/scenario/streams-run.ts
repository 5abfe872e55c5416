import { Kafka } from '../client/kafka.js';
import type { Producer } from '../client/producer.js';
import type { Millis } from '../environment/environment.js';
import { MemoryStorage } from '../environment/memory-storage.js';
import type { Storage } from '../environment/storage.js';
import { topicIdText } from '../protocol/topic-id.js';
import { KafkaStreams } from '../streams/runtime/kafka-streams.js';
import type { BuiltTopology } from '../streams/topology/topology-node.js';
import { ClusterRun, metadataMaxAgeMs } from './cluster-run.js';
import { watchProduce } from './produce-watch.js';
import { buildProgram } from './streams-programs/build-program.js';
import { countingWindows } from './streams-programs/counting-windows.js';
import type { StreamsCode } from './streams-programs/streams-code.js';
import { TopicWords } from './streams-programs/topic-words.js';
import { carryOutStreamsAction, type StreamsAdminAction } from './streams-run-actions.js';
import type { RunApplication, StreamsProgram, StreamsRunSpec, StreamsRunStep } from './streams-run-spec.js';
import { topologyEvent } from './topology-event.js';
import { VirtualRun, type RunOptions } from './virtual-run.js';

/** Run time 0 is a full minute, so that windows begin at round run times. */
const preparationMs: Millis = 60_000;
const sessionTimeoutMs: Millis = 6_000;

const commandTexts: Readonly<Record<StreamsRunStep['does'], string>> = {
  send: 'send a record',
  start: 'start an instance',
  stop: 'close an instance',
  crash: 'kill an instance',
  'clean-up': 'delete the local state of an instance',
  deploy: 'deploy other code',
  reset: 'reset the application',
  'reset-offsets': 'reset offsets',
  'set-partitions': 'set the number of partitions',
};

/** The code that an application runs now, made ready. */
interface Deployed {
  readonly code: StreamsCode;
  readonly built: BuiltTopology;
}

/** One process of an instance. */
interface Life {
  readonly streams: KafkaStreams;
  isOver: boolean;
}

/**
 * A run of streams applications on virtual time: a real broker, and instances of `KafkaStreams` that are processes of their own. It is simulated only as far
 * as it is asked for; the trace is a pure function of the spec, whatever storage it runs on.
 */
export class StreamsRun extends ClusterRun<StreamsRunSpec> {
  private readonly deployed = new Map<string, Deployed>();
  private readonly lives = new Map<string, Life>();
  /** What each instance keeps of its state on its own disk: it survives the process. */
  private readonly disks = new Map<string, MemoryStorage>();
  private readonly words = new TopicWords();
  private producer!: Producer;

  private constructor(spec: StreamsRunSpec, settle: () => Promise<void>) {
    super(spec, settle, preparationMs);
    for (const { application, program } of spec.applications) this.deploy(application, program);
  }

  /** Prepares the world up to run time 0. Rejects if the spec contradicts itself. */
  static async open(spec: StreamsRunSpec, options: RunOptions<StreamsRun>): Promise<StreamsRun> {
    return await VirtualRun.begin(new StreamsRun(spec, options.settle), options);
  }

  protected async prepare(storage: Storage): Promise<void> {
    await this.startBroker(storage, (broker) =>
      watchProduce(broker, {
        tracer: this.world.environment('broker').tracer,
        nameOf: (topicId) => this.topicName(topicId),
        read: (topic, record) => this.words.read(topic, record),
      }),
    );
    for (const topic of this.spec.topics) await this.createTopic(topic);
    this.producer = this.client('producer').producer({ lingerMs: 0, metadataMaxAge: metadataMaxAgeMs });
    await this.producer.connect();
    for (const { application } of this.spec.applications) this.tellTopology(application, undefined);
    this.spec.script.forEach((step, index) => this.at(step.atMs, () => this.carryOut(step, index)));
    this.at(this.spec.endsAtMs, () => this.finish());
  }

  private carryOut(step: StreamsRunStep, index: number): void {
    const cause = this.commanded(index, commandTexts[step.does]);
    switch (step.does) {
      case 'send':
        return this.send(step, cause);
      case 'start':
        return this.start(step.instance, cause);
      case 'stop':
        this.world.watch(this.stop(step.instance, cause));
        return;
      case 'crash':
        return this.crash(step.instance, cause);
      case 'clean-up':
        this.world.watch(this.answer(index, cause, () => this.cleanUp(step.instance)));
        return;
      case 'deploy':
        this.deploy(step.application, step.program);
        return this.tellTopology(step.application, cause);
      default:
        this.world.watch(this.answer(index, cause, () => this.act(step)));
    }
  }

  private send(step: Extract<StreamsRunStep, { does: 'send' }>, cause: string): void {
    const { topic, key, value, atMs, timestampMs = atMs } = step;
    const message = { key, value, timestamp: this.originMs + timestampMs, trace: { cause } };
    this.world.watch(this.producer.send({ topic, messages: [message] }));
  }

  private deploy(application: string, program: StreamsProgram): void {
    const code = buildProgram(program);
    const built = code.topology.build(application);
    this.deployed.set(application, { code, built });
    this.words.learn(built, code, countingWindows(program));
  }

  private tellTopology(application: string, cause: string | undefined): void {
    const { built } = this.deployedOf(application);
    this.script.tracer.emit({ ...topologyEvent(application, built), ...(cause === undefined ? {} : { cause }) });
  }

  private start(instance: string, cause: string): void {
    const before = this.lives.get(instance);
    if (before?.isOver === false)
      throw new Error(`The script starts ${instance}, which runs already. Stop or crash it first.`);
    // A process begins anew each time, with a memory of its own.
    if (before !== undefined) this.world.crash(instance);
    const { application } = this.applicationOf(instance);
    const life: Life = { streams: this.instance(instance), isOver: false };
    this.lives.set(instance, life);
    const { tracer } = this.world.environment(instance);
    tracer.emit({ kind: 'application-started', cause, client: instance, group: application });
    life.streams.setStateListener((state) => {
      if (state !== 'ERROR') return;
      life.isOver = true;
      const { failure } = life.streams;
      const error = { code: failure?.name ?? 'Error', message: failure?.message ?? '' };
      tracer.emit({ kind: 'application-ended', client: instance, group: application, end: 'failed', error });
    });
    // What it fails with is told by its state.
    this.world.watch(life.streams.start().catch(() => undefined));
  }

  private async stop(instance: string, cause: string): Promise<void> {
    const life = this.requireLife(instance);
    // It has failed or was killed: there is nothing to close.
    if (life.isOver) return;
    await life.streams.close({ groupMembershipOperation: 'leave-group' });
    life.isOver = true;
    this.tellEnd(instance, cause, 'stopped');
  }

  private crash(instance: string, cause: string): void {
    this.requireLife(instance).isOver = true;
    this.world.crash(instance);
    this.tellEnd(instance, cause, 'crashed');
  }

  private tellEnd(instance: string, cause: string, end: 'stopped' | 'crashed'): void {
    const { application } = this.applicationOf(instance);
    this.script.tracer.emit({ kind: 'application-ended', cause, client: instance, group: application, end });
  }

  private async cleanUp(instance: string): Promise<void> {
    if (this.lives.get(instance)?.isOver === false)
      throw new Error(`The script cleans up ${instance}, which runs. Stop or crash it first.`);
    await this.instance(instance).cleanUp();
  }

  private async act(step: StreamsAdminAction): Promise<void> {
    await carryOutStreamsAction(this.admin, step, (application) => this.deployedOf(application).built);
  }

  private instance(instance: string): KafkaStreams {
    const spec = this.applicationOf(instance);
    const { code } = this.deployedOf(spec.application);
    return new KafkaStreams(this.world.environment(instance), {
      topology: code.topology,
      clientId: instance,
      kafka: (clientId) =>
        new Kafka(this.world.environment(instance), { clientId, network: this.world.network(instance) }),
      storage: this.diskOf(instance),
      config: {
        'application.id': spec.application,
        'commit.interval.ms': spec.commitIntervalMs ?? 1_000,
        'statestore.cache.max.bytes': spec.cacheMaxBytes ?? 0,
        'num.standby.replicas': spec.standbyReplicas ?? 0,
        'topology.optimization': code.optimization ?? 'none',
        'poll.ms': 100,
      },
      clients: {
        consumer: {
          sessionTimeout: spec.sessionTimeoutMs ?? sessionTimeoutMs,
          heartbeatInterval: 500,
          maxWaitTimeInMs: 200,
        },
        producer: { lingerMs: 0 },
      },
    });
  }

  private diskOf(instance: string): MemoryStorage {
    const known = this.disks.get(instance) ?? new MemoryStorage();
    this.disks.set(instance, known);
    return known;
  }

  private applicationOf(instance: string): RunApplication {
    const found = this.spec.applications.find(({ instances }) => instances.includes(instance));
    if (found === undefined)
      throw new Error(`The script names the instance ${instance}, which no application of the spec has.`);
    return found;
  }

  private deployedOf(application: string): Deployed {
    const found = this.deployed.get(application);
    if (found === undefined)
      throw new Error(`The script names the application ${application}, which the spec does not have.`);
    return found;
  }

  private requireLife(instance: string): Life {
    const life = this.lives.get(instance);
    if (life === undefined) throw new Error(`The script names the instance ${instance}, which was never started.`);
    return life;
  }

  private topicName(topicId: Uint8Array): string | undefined {
    const id = topicIdText(topicId);
    const created = this.world.trace.findLast((event) => event.kind === 'topic-created' && event.topicId === id);
    return created?.kind === 'topic-created' ? created.topic : undefined;
  }
}
