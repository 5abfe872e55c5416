import { Kafka } from '../client/kafka.js';
import type { Consumer } from '../client/consumer.js';
import type { Producer } from '../client/producer.js';
import { sleep, type Millis } from '../environment/environment.js';
import type { Storage } from '../environment/storage.js';
import type { World } from '../simulation/world.js';
import { handlingMs } from './handling-times.js';
import type { Actor, GroupSpec, RunSpec, TopicLane } from './run-spec.js';

type Schedule = (runMs: Millis, act: () => void) => void;

/** Which record lies at an offset: known once the producer has its acknowledgement, which may come after the first delivery. */
interface Place {
  readonly record: Promise<number>;
  readonly name: (record: number) => void;
}

const producerId = 'producer';

/** The topic lane: a real broker, a producer and the members of the groups, each a client of its own on the simulated network. */
export class TopicStage {
  private readonly places = new Map<string, Place>();
  private stored = 0;

  private constructor(
    private readonly lane: TopicLane,
    private readonly spec: RunSpec,
    private readonly world: World,
    private readonly producer: Producer,
  ) {}

  /** Starts the broker, makes the topic, connects the producer and the groups that are to be there before the first record. */
  static async prepare(
    lane: TopicLane,
    spec: RunSpec,
    world: World,
    storage: Storage,
    schedule: Schedule,
  ): Promise<TopicStage> {
    await world.startBroker({ storage, profile: 'classroom', clusterId: 'scenario' });
    const admin = client(world, 'admin').admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: lane.topic, numPartitions: lane.partitions }] });
    await admin.disconnect();
    // Without keys a producer stays with one partition until batch.size bytes are full; 0 makes each record choose anew.
    const producer = client(world, producerId).producer({ lingerMs: 0, ...(lane.keyed ? {} : { batchSize: 0 }) });
    await producer.connect();
    const stage = new TopicStage(lane, spec, world, producer);
    for (const group of lane.groups) {
      if (group.starts.kind === 'before-the-first-record') await stage.startGroup(group);
      if (group.starts.kind === 'at') schedule(group.starts.atMs, () => world.watch(stage.startGroup(group)));
    }
    return stage;
  }

  /** Sends a record; the groups that wait for all of them start when the last one is acknowledged. */
  send(record: number, cause: string): void {
    const content = this.spec.records[record];
    if (content === undefined)
      throw new RangeError(`The run has ${this.spec.records.length} records; there is no record ${record}.`);
    const message = { key: this.lane.keyed ? content.key : null, value: content.value, trace: { cause } };
    const sending = this.producer.send({ topic: this.lane.topic, messages: [message] }).then(([metadata]) => {
      if (metadata?.baseOffset === undefined)
        throw new Error(`The acknowledgement of record ${record} names no offset.`);
      this.place(metadata.partition, metadata.baseOffset).name(record);
      this.whenStored();
    });
    this.world.watch(sending);
  }

  private whenStored(): void {
    this.stored++;
    if (this.stored !== this.spec.records.length) return;
    for (const group of this.lane.groups)
      if (group.starts.kind === 'when-all-are-stored') this.world.watch(this.startGroup(group));
  }

  /** Members come one after another, so that the first in the list is the leader. */
  private async startGroup(group: GroupSpec): Promise<void> {
    for (const member of group.members) await this.startMember(group, member);
  }

  private async startMember(group: GroupSpec, member: Actor): Promise<void> {
    const environment = this.world.environment(member.id);
    const consumer: Consumer = client(this.world, member.id).consumer({
      groupId: group.group,
      autoOffsetReset: group.autoOffsetReset,
      heartbeatInterval: 500,
      maxWaitTimeInMs: 500,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.lane.topic] });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message }) => {
        const from = environment.clock.now();
        const record = await this.place(partition, message.offset).record;
        const until = from + handlingMs(this.spec, 'topic', member, record, 1);
        await sleep(environment.timers, Math.max(0, until - environment.clock.now()));
        await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }]);
      },
    });
  }

  private place(partition: number, offset: string): Place {
    const name = `${partition}@${offset}`;
    const known = this.places.get(name);
    if (known !== undefined) return known;
    let settle: (record: number) => void = () => {};
    const place: Place = { record: new Promise((resolve) => (settle = resolve)), name: (record) => settle(record) };
    this.places.set(name, place);
    return place;
  }
}

function client(world: World, clientId: string): Kafka {
  return new Kafka(world.environment(clientId), { clientId, network: world.network(clientId) });
}
