import { TcpNetwork } from '../../src/engine/platform/node/tcp-network.js';
import { nodeEnvironment } from '../../src/engine/platform/node/node-environment.js';
import { apis, type ApiName, type RequestOf } from '../../src/engine/protocol/apis.js';
import type { Connection } from '../../src/engine/protocol/connection.js';
import type { StructValue } from '../../src/engine/protocol/message-values.js';
import { inRange, type Fields, type FieldType } from '../../src/engine/protocol/schema.js';
import { responseJson, type Json } from '../engine/broker/transcript.js';

/** One request of a sequence; a value `$name` stands for what an earlier answer gave under that name. */
export interface Step {
  readonly api: ApiName;
  readonly version: number;
  readonly request: StructValue;
  /** Values of the answer to remember: name and path. */
  readonly keep?: Readonly<Record<string, (response: StructValue) => unknown>>;
  /** What has to be known to the whole broker before the sequence goes on: these partitions, or (0) that the topic is gone. */
  readonly until?: { readonly topic: string; readonly partitions: number };
  /** How long the broker takes to know of a change that can't be asked for, in milliseconds. */
  readonly settleMs?: number;
}

export interface Sequence {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Fields that differ from broker to broker, and from run to run. */
const volatile = new Set([
  'throttleTimeMs',
  'clusterId',
  'host',
  'port',
  'memberId',
  'leader',
  'sessionId',
  'producerId',
  'logDir',
  'totalBytes',
  'usableBytes',
]);

/** Of these also what stands for "not known". */
const alwaysOther = new Set(['totalBytes', 'usableBytes']);

/** A broker that sequences are played to. */
export class Target {
  private constructor(
    private readonly network: TcpNetwork,
    private readonly bootstrap: string,
  ) {}

  static at(bootstrap: string): Target {
    return new Target(new TcpNetwork(nodeEnvironment(), { brokers: [bootstrap] }), bootstrap);
  }

  /** Plays a sequence on a connection of its own. Gives each answer as Kafka writes it down, without what can't be compared. */
  async play({ steps }: Sequence): Promise<Json[]> {
    const [address] = this.network.bootstrap;
    if (address === undefined) throw new Error(`${this.bootstrap} is no address`);
    let connection: Connection = await this.network.connect(address);
    const kept = new Map<string, unknown>();
    const answers: Json[] = [];
    for (const { api, version, request, keep = {}, until, settleMs = 0 } of steps) {
      const filled = fill(apis[api].request.fields, request, kept) as RequestOf<ApiName>;
      try {
        const response = await connection.send({ api, version, clientId: 'conformance', timeoutMs: 20_000 }, filled);
        for (const [name, read] of Object.entries(keep)) kept.set(name, read(response));
        answers.push(comparable(responseJson(api, version, response), kept));
      } catch (error) {
        answers.push(`closed: ${(error as { code?: string }).code ?? 'error'}`);
        connection.close();
        connection = await this.network.connect(address);
      }
      if (until !== undefined) await untilKnown(connection, until);
      if (settleMs > 0) await new Promise((resolve) => setTimeout(resolve, settleMs));
    }
    connection.close();
    return answers;
  }
}

/** A cluster learns of changes after it has answered: asked until it knows. */
export async function untilKnown(
  connection: Connection,
  { topic, partitions }: NonNullable<Step['until']>,
  tries = 400,
): Promise<void> {
  const call = { clientId: 'settling' };
  for (let tried = 0; tried < tries; tried++) {
    const { topics } = await connection.send(
      { ...call, api: 'Metadata', version: 9 },
      { topics: [{ name: topic }], allowAutoTopicCreation: false },
    );
    const known = topics[0]?.errorCode === 0 ? topics[0].partitions.length : 0;
    if (partitions === 0 && topics[0]?.errorCode === 3) return;
    if (partitions > 0 && known >= partitions) {
      const asked = Array.from({ length: known }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
      const offsets = await connection.send(
        { ...call, api: 'ListOffsets', version: 5 },
        { replicaId: -1, topics: [{ name: topic, partitions: asked }] },
      );
      if (offsets.topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) === true) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function fill(fields: Fields, value: StructValue, kept: ReadonlyMap<string, unknown>): StructValue {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, fillValue(fields[name]?.type, each, kept)]),
  );
}

function fillValue(type: FieldType | undefined, value: unknown, kept: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string' && value.startsWith('$')) return kept.get(value.slice(1));
  if (type === undefined || typeof type === 'string' || value === null) return value;
  if (type.kind === 'struct') return fill(type.fields, value as StructValue, kept);
  return (value as readonly unknown[]).map((each) => fillValue(type.element, each, kept));
}

/** Takes out what differs in any case, and puts topics, which come in any sequence, in order. */
function comparable(json: Json, kept: ReadonlyMap<string, unknown>): Json {
  if (Array.isArray(json)) {
    const all = (json as readonly Json[]).map((each) => comparable(each, kept));
    return all.every((each) => typeof each === 'object') ? [...all].sort(byText) : all;
  }
  if (typeof json === 'string')
    return /^[A-Za-z0-9_-]{22}$/.test(json) && json !== 'AAAAAAAAAAAAAAAAAAAAAA'
      ? '(id)'
      : json
          .replaceAll(/conformance-[0-9a-f-]{36}/g, '(member)')
          .replaceAll(/(range|within) \[-?\d+, -?\d+\]/g, '$1 (now)');
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      volatile.has(name) && (alwaysOther.has(name) || (value !== '' && value !== -1))
        ? '(any)'
        : comparable(value, kept),
    ]),
  );
}

export function byText(left: Json, right: Json): number {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The versions of an API that both sides serve. */
export function servedVersions(api: ApiName): number[] {
  const { validVersions, advertisedVersions } = apis[api];
  const versions: number[] = [];
  for (let version = validVersions.min; version <= validVersions.max; version++)
    if (inRange(advertisedVersions, version)) versions.push(version);
  return versions;
}
