import type { GivenSettings } from '../../src/engine/broker/broker-config.js';
import { encodeAssignment, encodeSubscription } from '../../src/engine/protocol/consumer-protocol.js';
import { apis, type ApiName, type RequestOf } from '../../src/engine/protocol/apis.js';
import type { Connection, Network } from '../../src/engine/protocol/connection.js';
import type { StructValue } from '../../src/engine/protocol/message-values.js';
import { inRange, type Field, type Fields } from '../../src/engine/protocol/schema.js';
import { TcpNetwork } from '../../src/engine/platform/node/tcp-network.js';
import { nodeEnvironment } from '../../src/engine/platform/node/node-environment.js';
import { responseJson, type Json } from '../engine/broker/transcript.js';
import { groupOf, type GroupLife, type LifeStep, type Who } from './group-life.js';
import { byText, untilKnown } from './target.js';

/** What a client knows of its membership. */
interface ClientState {
  memberId: string;
  generation: number;
  isLeader: boolean;
  protocolName: string | null;
  members: readonly string[];
  /** Of the consumer protocol. */
  consumerId: string;
  epoch: number;
  told: readonly { readonly topicId: Uint8Array; readonly partitions: readonly number[] }[];
}

/** How long a request that may wait for others is waited for, and how long those that did have once something has happened. */
const gapMs = 600;
/** What a cluster takes until its group coordinator knows of a topic. */
const topicMs = 800;

/** What a broker has to be set to: sessions outlast every life, and target assignments are computed at once. */
export const lifeSettings: GivenSettings = {
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': 1,
  'auto.create.topics.enable': false,
  'group.consumer.assignment.interval.ms': 0,
  'group.consumer.session.timeout.ms': 600_000,
  'group.consumer.max.session.timeout.ms': 600_000,
};

/** Where lives are played: the broker, and the time that passes beside it. */
export interface LifeStage {
  readonly network: Network;
  readonly pause: (ms: number) => Promise<void>;
  /** Resolves when the broker knows a topic's partitions. */
  readonly untilKnown: (connection: Connection, topic: string, partitions: number) => Promise<void>;
}

/** A broker on this machine, in real time. */
export function stageAt(bootstrap: string): LifeStage {
  return {
    network: new TcpNetwork(nodeEnvironment(), { brokers: [bootstrap] }),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    untilKnown: (connection, topic, partitions) => untilKnown(connection, { topic, partitions }, 40),
  };
}

/** The answer that each step came to, at once or later; null for steps that ask nothing, and where none came. */
export async function playLife(stage: LifeStage, life: GroupLife): Promise<readonly Json[]> {
  const player = new OneLife(stage, groupOf(life.name));
  await player.begin();
  for (const [at, step] of life.steps.entries()) await player.take(step, at);
  player.end();
  return life.steps.map((_, at) => player.answers.get(at) ?? null);
}

class OneLife {
  private readonly clients: ClientState[] = Array.from({ length: 4 }, (_, at) => ({
    memberId: '',
    generation: -1,
    isLeader: false,
    protocolName: null,
    members: [],
    consumerId: `m${at}`,
    epoch: 0,
    told: [],
  }));
  private readonly connections = new Map<string, Connection>();
  /** The connections on which an answer is waited for. */
  private readonly busy = new Set<string>();
  readonly answers = new Map<number, Json>();
  private readonly waiting = new Set<Promise<void>>();
  private at = 0;
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private readonly topicIds = new Map<number, Uint8Array>();

  constructor(
    private readonly stage: LifeStage,
    private readonly group: string,
  ) {}

  /** Where ids are chance, so is who gets which partition; how many each gets is not, if they can be shared out evenly. */
  private get isMixed(): boolean {
    return this.group.startsWith('mixed');
  }

  async begin(): Promise<void> {
    await this.createTopic(0, this.isMixed ? 12 : 3);
    await this.createTopic(1, 2);
  }

  end(): void {
    for (const connection of this.connections.values()) connection.close();
  }

  async take(step: LifeStep, at: number): Promise<void> {
    this.at = at;
    switch (step.act) {
      case 'wait':
        await this.stage.pause(step.ms);
        break;
      case 'disconnect':
        for (const [name, connection] of this.connections) if (name.startsWith(`c${step.client}`)) connection.close();
        break;
      case 'create-topic':
        if (!this.topicIds.has(step.topic)) await this.createTopic(step.topic, step.partitions);
        break;
      case 'grow-topic':
        await this.ask('admin', 'CreatePartitions', 3, {
          topics: [{ name: this.topic(step.topic), count: step.partitions, assignments: null }],
          timeoutMs: 10_000,
          validateOnly: false,
        });
        if (this.topicIds.has(step.topic)) {
          const [, connection] = await this.connection('admin');
          await this.stage.untilKnown(connection, this.topic(step.topic), step.partitions);
        }
        await this.stage.pause(topicMs);
        break;
      case 'delete-topic':
        await this.ask('admin', 'DeleteTopics', 6, { timeoutMs: 10_000, topics: [{ name: this.topic(step.topic) }] });
        this.topicIds.delete(step.topic);
        await this.stage.pause(topicMs);
        break;
      default:
        await this.request(step);
    }
    // Beside requests run those that wait, and what looks for topics that match an expression.
    const hasRegex = step.act === 'consume' && step.regex !== null && step.regex !== '';
    await this.stage.pause(this.waiting.size > 0 || hasRegex ? gapMs / 3 : 1);
  }

  private async createTopic(topic: number, partitions: number): Promise<void> {
    const name = this.topic(topic);
    const [, connection] = await this.connection('admin');
    const { topics } = await connection.send(
      { api: 'CreateTopics', version: 7, clientId: 'admin' },
      {
        topics: [{ name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }],
        timeoutMs: 10_000,
      },
    );
    const id = topics[0]?.topicId;
    if (id === undefined || topics[0]?.errorCode !== 0)
      throw new Error(`${name} was not created: ${topics[0]?.errorMessage}`);
    this.topicIds.set(topic, id);
    this.names.set(Buffer.from(id).toString('base64url'), `(t${topic})`);
    await this.stage.untilKnown(connection, name, partitions);
    await this.stage.pause(topicMs);
  }

  private topic(topic: number): string {
    return `${this.group}-t${topic}`;
  }

  private topicId(topic: number): Uint8Array {
    return this.topicIds.get(topic) ?? new Uint8Array(16).fill(9);
  }

  private async request(
    step: Exclude<LifeStep, { act: 'wait' | 'disconnect' | 'create-topic' | 'grow-topic' | 'delete-topic' }>,
  ): Promise<void> {
    switch (step.act) {
      case 'join': {
        const state = this.clients[step.client] as ClientState;
        const metadata = encodeSubscription({ topics: [this.topic(0)], userData: new Uint8Array([step.mark]) });
        return this.ask(
          `c${step.client}`,
          'JoinGroup',
          step.version,
          {
            groupId: this.group,
            sessionTimeoutMs: step.sessionTimeoutMs,
            rebalanceTimeoutMs: step.rebalanceTimeoutMs,
            memberId: this.memberId(step.as),
            groupInstanceId: step.isStatic ? instanceOf(step.client) : null,
            protocolType: step.protocolType,
            protocols: step.protocols.map((name) => ({ name, metadata })),
          },
          (response) => {
            const memberId = response['memberId'] as string;
            if (/^[\w-]{22}$/.test(memberId)) this.name(memberId, `c${step.client}`);
            if (memberId !== '' && (response['errorCode'] === 0 || response['errorCode'] === 79))
              state.memberId = memberId;
            if (response['errorCode'] !== 0) return;
            state.generation = response['generationId'] as number;
            state.isLeader = response['leader'] === memberId;
            state.protocolName = response['protocolName'] as string | null;
            state.members = (response['members'] as readonly StructValue[]).map((each) => each['memberId'] as string);
          },
        );
      }
      case 'sync': {
        const state = this.clients[step.client] as ClientState;
        const share = (at: number) =>
          encodeAssignment({ assignedPartitions: [{ topic: this.topic(0), partitions: [at] }] });
        const order = [...state.members].sort((a, b) =>
          (this.names.get(a) ?? '') < (this.names.get(b) ?? '') ? -1 : 1,
        );
        return this.ask(`c${step.client}`, 'SyncGroup', step.version, {
          groupId: this.group,
          generationId: state.generation + step.later,
          memberId: this.memberId(step.as),
          groupInstanceId: step.isStatic ? instanceOf(step.client) : null,
          protocolType: step.protocolType,
          protocolName: step.protocolName === 'told' ? (state.protocolName ?? 'range') : step.protocolName,
          assignments: state.isLeader ? order.map((memberId, at) => ({ memberId, assignment: share(at) })) : [],
        });
      }
      case 'heartbeat': {
        const state = this.clients[step.client] as ClientState;
        return this.ask(`c${step.client}`, 'Heartbeat', step.version, {
          groupId: this.group,
          generationId: state.generation + step.later,
          memberId: this.memberId(step.as),
          groupInstanceId: step.isStatic ? instanceOf(step.client) : null,
        });
      }
      case 'leave': {
        const leaving = step.who.map(({ as, isStatic }) => ({
          memberId: this.memberId(as),
          groupInstanceId: isStatic && typeof as === 'number' ? instanceOf(as) : null,
        }));
        return this.ask(`c${step.client}`, 'LeaveGroup', step.version, {
          groupId: this.group,
          memberId: leaving[0]?.memberId ?? '',
          members: leaving,
        });
      }
      case 'commit': {
        const { memberId, generation } = this.claim(step.as, step.later, step.client);
        return this.ask(`c${step.client}`, 'OffsetCommit', step.version, {
          groupId: this.group,
          generationIdOrMemberEpoch: generation,
          memberId,
          groupInstanceId: step.isStatic ? instanceOf(step.client) : null,
          topics: [
            {
              name: this.topic(step.topic),
              topicId: this.topicId(step.topic),
              partitions: step.partitions.map((partitionIndex) => ({
                partitionIndex,
                committedOffset: BigInt(step.offset),
                committedMetadata: step.metadata,
              })),
            },
          ],
        });
      }
      case 'fetch-offsets': {
        const { memberId, generation } = this.claim(step.as, step.later, 0);
        const isNullAllowed = step.version >= 2;
        const topics =
          step.isAll && isNullAllowed
            ? null
            : [{ name: this.topic(step.topic), topicId: this.topicId(step.topic), partitionIndexes: [0, 1, 7] }];
        return this.ask('any', 'OffsetFetch', step.version, {
          groupId: this.group,
          topics,
          groups: [
            { groupId: this.group, memberId: memberId === '' ? null : memberId, memberEpoch: generation, topics },
          ],
        });
      }
      case 'delete-offsets':
        return this.ask('any', 'OffsetDelete', 0, {
          groupId: this.group,
          topics: [
            { name: this.topic(step.topic), partitions: step.partitions.map((partitionIndex) => ({ partitionIndex })) },
          ],
        });
      case 'delete-group':
        return this.ask('any', 'DeleteGroups', 2, { groupsNames: [this.group] });
      case 'describe':
        return this.ask('any', 'DescribeGroups', step.version, { groups: [this.group] });
      case 'describe-consumer':
        return this.ask('any', 'ConsumerGroupDescribe', step.version, { groupIds: [this.group] });
      case 'list':
        return this.ask('any', 'ListGroups', step.version, { statesFilter: step.states, typesFilter: step.types });
      case 'consume': {
        const state = this.clients[step.client] as ClientState;
        const memberId =
          typeof step.as === 'number'
            ? (this.clients[step.as] as ClientState).consumerId
            : step.as === 'nobody'
              ? ''
              : 'stranger';
        const kept = state.told.map(({ topicId, partitions }) => ({
          topicId,
          partitions: partitions.slice(0, Math.ceil(partitions.length / 2)),
        }));
        const owned = {
          told: state.told,
          kept,
          nothing: [],
          unsaid: null,
          other: [{ topicId: this.topicId(0), partitions: [0] }],
        }[step.owns];
        return this.ask(
          `c${step.client}`,
          'ConsumerGroupHeartbeat',
          step.version,
          {
            groupId: this.group,
            memberId,
            memberEpoch: 'is' in step.epoch ? step.epoch.is : state.epoch + step.epoch.later,
            instanceId: step.isStatic ? instanceOf(step.client) : null,
            rackId: step.rackId,
            rebalanceTimeoutMs: step.rebalanceTimeoutMs,
            subscribedTopicNames: step.topics?.map((topic) => this.topic(topic)) ?? null,
            subscribedTopicRegex:
              step.regex === null || step.regex === '' || step.regex === '('
                ? step.regex
                : `${this.group}${step.regex.slice(2)}`,
            serverAssignor: step.assignor,
            topicPartitions: owned,
          },
          (response) => {
            const answered = response['memberId'] as string | null;
            if (response['errorCode'] !== 0) return;
            if (answered !== null && /^[\w-]{22}$/.test(answered)) this.name(answered, `c${step.client}`);
            if (typeof step.as !== 'number') return;
            const told = this.clients[step.as] as ClientState;
            told.epoch = Math.max(response['memberEpoch'] as number, 0);
            const assignment = response['assignment'] as StructValue | null;
            if (assignment !== null) told.told = assignment['topicPartitions'] as ClientState['told'];
          },
        );
      }
    }
  }

  /** Whoever knows an epoch commits as a member of the consumer protocol, others in their generation. */
  private claim(as: Who, later: number | 'simple', client: number): { memberId: string; generation: number } {
    if (later === 'simple') return { memberId: '', generation: -1 };
    const state = this.clients[typeof as === 'number' ? as : client] as ClientState;
    if (typeof as === 'number' && state.epoch > 0)
      return { memberId: state.consumerId, generation: state.epoch + later };
    return { memberId: this.memberId(as), generation: state.generation + later };
  }

  private memberId(who: Who): string {
    if (who === 'nobody') return '';
    return who === 'stranger' ? 'stranger' : (this.clients[who] as ClientState).memberId;
  }

  /** A connection is answered in order: whoever waits for an answer there keeps what comes behind waiting too. */
  private async connection(client: string): Promise<[string, Connection]> {
    let name = client;
    while (this.busy.has(name)) name += '+';
    const known = this.connections.get(name);
    if (known !== undefined) return [name, known];
    const [address] = this.stage.network.bootstrap;
    if (address === undefined) throw new Error('There is no address to connect to.');
    const connection = await this.stage.network.connect(address);
    this.connections.set(name, connection);
    void connection.closed.then(() => this.connections.delete(name));
    return [name, connection];
  }

  private async ask(
    client: string,
    api: ApiName,
    version: number,
    request: StructValue,
    learn: (response: StructValue) => void = () => undefined,
  ): Promise<void> {
    const [name, connection] = await this.connection(client);
    const { at } = this;
    this.busy.add(name);
    const trimmed = forVersion(apis[api].request.fields, version, request) as RequestOf<ApiName>;
    const settled = connection
      .send({ api, version, clientId: client, timeoutMs: 60_000 }, trimmed)
      .then(
        (response) => {
          learn(response);
          this.answers.set(at, this.comparable(responseJson(api, version, response)));
        },
        () => this.answers.set(at, 'closed'),
      )
      .then(() => {
        this.busy.delete(name);
        this.waiting.delete(settled);
      });
    this.waiting.add(settled);
    const mayWait = api === 'JoinGroup' || api === 'SyncGroup';
    await (mayWait ? Promise.race([settled, this.stage.pause(gapMs)]) : settled);
  }

  /** Remembers who has a member id that the broker has given out. */
  private name(memberId: string, owner: string): string {
    const known = this.names.get(memberId);
    if (known !== undefined) return known;
    const count = (this.counts.get(owner) ?? 0) + 1;
    this.counts.set(owner, count);
    const name = `(${owner} #${count})`;
    this.names.set(memberId, name);
    return name;
  }

  private comparable(json: Json): Json {
    if (Array.isArray(json)) {
      const all = (json as readonly Json[])
        .filter((each) => !isOfOtherGroup(each, this.group))
        .map((each) => this.comparable(each));
      // Their sequence is left to chance: sets in Java.
      return [...all].sort(byText);
    }
    if (typeof json === 'string') {
      let text = json.replaceAll(/\b([ci]\d)-[0-9a-f]{8}-[0-9a-f-]{27}/g, (id, owner: string) => this.name(id, owner));
      for (const [value, name] of this.names) text = text.replaceAll(value, name);
      // An id that was drawn for somebody who was then refused is told nowhere else.
      return text.replace(/^Static member [\w-]{22} /, 'Static member (drawn) ');
    }
    if (typeof json !== 'object' || json === null) return json;
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, this.comparableField(name, value)]));
  }

  private comparableField(name: string, value: Json): Json {
    if (name === 'throttleTimeMs' || name === 'clientHost') return '(any)';
    const isNumbers = Array.isArray(value) && value.every((each) => typeof each === 'number');
    if (this.isMixed && name === 'assignment' && typeof value === 'string') return `${value.length} characters`;
    return this.isMixed && name === 'partitions' && isNumbers ? `${value.length} of them` : this.comparable(value);
  }
}

function isOfOtherGroup(json: Json, group: string): boolean {
  return typeof json === 'object' && json !== null && 'groupId' in json && json.groupId !== group;
}

/** The last two clients run as the same instance. */
function instanceOf(client: number): string {
  return client >= 2 ? 'i2' : `i${client}`;
}

/** What a version of a message has of the value. */
function forVersion(fields: Fields, version: number, value: StructValue): StructValue {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const field = fields[name];
      if (field === undefined || !inRange(field.versions, version)) return [];
      return [[name, valueFor(field, version, each)]];
    }),
  );
}

function valueFor({ type }: Field, version: number, value: unknown): unknown {
  if (typeof type === 'string' || value === null) return value;
  if (type.kind === 'struct') return forVersion(type.fields, version, value as StructValue);
  const { element } = type;
  if (typeof element === 'string' || element.kind !== 'struct') return value;
  return (value as readonly StructValue[]).map((each) => forVersion(element.fields, version, each));
}
