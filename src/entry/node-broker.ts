import { hostname } from 'node:os';
import { Broker } from '../engine/broker/broker.js';
import type { BrokerProfile, GivenSettings } from '../engine/broker/broker-config.js';
import { parseSetting } from '../engine/broker/settings/given-setting.js';
import { HeapDisk, HeapStorage } from '../engine/environment/heap-storage.js';
import type { Storage } from '../engine/environment/storage.js';
import type { Environment } from '../engine/environment/trace-events.js';
import { FileStorage } from '../engine/platform/node/file-storage.js';
import {
  defaultMaxConnections,
  defaultMaxConnectionsPerAddress,
  KafkaServer,
  type ListenerOptions,
} from '../engine/platform/node/kafka-server.js';
import { parseAddress } from '../engine/platform/node/parse-address.js';
import { randomBytes } from '../engine/platform/node/random-bytes.js';
import type { BrokerAddress, RequestHandler } from '../engine/protocol/connection.js';
import { defaultLimits, largestRequestBytes } from '../engine/wire/limits.js';

/** How to run a broker in this process. All fields may be left out. */
export interface NodeBrokerOptions extends Pick<
  ListenerOptions,
  'host' | 'users' | 'mechanisms' | 'tls' | 'allowPlaintext'
> {
  /** A free one if absent. */
  readonly port?: number;
  /** Where clients find the broker, as `host:port`; where it listens if absent. */
  readonly advertised?: string;
  /** Where the logs are kept, in Kafka's own layout; in memory if absent. */
  readonly dataDir?: string;
  /** The most that is kept in memory, in bytes; 1 GiB by default. */
  readonly maxMemory?: number;
  /** `kafka` has Kafka's own defaults, `test` and `classroom` shorten its delays. */
  readonly profile?: BrokerProfile;
  /** Settings of the broker, by Kafka's names. */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  /** Kafka's `node.id`; 1 by default. */
  readonly nodeId?: number;
  /** Of the cluster; the one that `dataDir` belongs to, or else drawn at random, if absent. Another than that of `dataDir` is refused. */
  readonly clusterId?: string;
  /** Told what clients did wrong. */
  readonly log?: (message: string) => void;
}

const defaultMaxMemory = 1024 ** 3;

/** Settings that the listener has, by Kafka's names, with their defaults here. */
const listenerDefaults = {
  'socket.request.max.bytes': defaultLimits.maxRequestBytes,
  'connections.max.idle.ms': defaultLimits.idleMs,
  'queued.max.request.bytes': defaultLimits.maxQueuedBytes,
  'max.connections': defaultMaxConnections,
  'max.connections.per.ip': defaultMaxConnectionsPerAddress,
};

type ListenerSettings = typeof listenerDefaults;

function listenerOptions(
  given: ListenerSettings,
): Pick<ListenerOptions, 'limits' | 'maxConnections' | 'maxConnectionsPerAddress'> {
  return {
    limits: {
      maxRequestBytes: given['socket.request.max.bytes'],
      idleMs: given['connections.max.idle.ms'],
      maxQueuedBytes: given['queued.max.request.bytes'],
    },
    maxConnections: given['max.connections'],
    maxConnectionsPerAddress: given['max.connections.per.ip'],
  };
}

/** A broker with its port and its storage. */
export class NodeBroker {
  private constructor(
    readonly broker: Broker,
    readonly server: KafkaServer,
    readonly advertised: BrokerAddress,
    private readonly storage: Storage,
  ) {}

  /** Starts it: the port is taken first, so that a broker that can't listen touches no data. `around` may stand between clients and the broker. */
  static async start(
    environment: Environment,
    options: NodeBrokerOptions = {},
    around: (broker: Broker) => RequestHandler = (broker) => broker,
  ): Promise<NodeBroker> {
    const { port = 0, dataDir, profile = 'kafka', nodeId = 1 } = options;
    const { broker: config, listener } = settingsOf(options.config ?? {});
    const server = await KafkaServer.listen(environment, { ...options, ...listener, port });
    let storage: Storage | undefined;
    try {
      storage =
        dataDir === undefined
          ? new HeapStorage(new HeapDisk(options.maxMemory ?? defaultMaxMemory), true)
          : await FileStorage.open({ directory: dataDir });
      const advertised =
        options.advertised === undefined ? reachable(server.address) : parseAddress(options.advertised);
      const broker = await Broker.start(environment, {
        storage,
        nodeId,
        clusterId: await clusterIdIn(storage, nodeId, options.clusterId),
        profile,
        advertised,
        config,
        ...(dataDir !== undefined && { logDirectory: dataDir }),
      });
      server.serve(around(broker));
      return new NodeBroker(broker, server, advertised, storage);
    } catch (error) {
      await server.stop(0);
      await storage?.close();
      throw error;
    }
  }

  /** Answers what was asked, writes what was appended, and lets go of port and directory; within `graceMs` as far as clients are concerned. */
  async stop(graceMs?: number): Promise<void> {
    const stopping = this.server.stop(graceMs);
    await this.broker.stop();
    await stopping;
    await this.storage.close();
  }
}

function settingsOf(given: Readonly<Record<string, string | number | boolean>>) {
  let broker: GivenSettings = {};
  const listener: ListenerSettings = { ...listenerDefaults };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(listenerDefaults, name)) {
      broker = { ...broker, ...parseSetting(name, String(value)) };
      continue;
    }
    if (!/^\d+$/.test(String(value))) throw new Error(`${name} is '${value}'; an integer was expected.`);
    listener[name as keyof ListenerSettings] = Number(value);
  }
  listener['socket.request.max.bytes'] = Math.min(listener['socket.request.max.bytes'], largestRequestBytes);
  return { broker: { ...broker, ...listener }, listener: listenerOptions(listener) };
}

/** An address that means every one of this machine's is told to clients by the machine's name. */
function reachable({ host, port }: BrokerAddress): BrokerAddress {
  return { host: host === '0.0.0.0' || host === '::' ? hostname() : host, port };
}

const propertiesName = 'meta.properties';

/** The id of the cluster that is stored there, in the file that Kafka keeps it in; a new one is given if there is none. */
export async function clusterIdIn(storage: Storage, nodeId: number, wanted: string | undefined): Promise<string> {
  const bytes = await storage.readBlob(propertiesName);
  const stored = bytes && /^cluster\.id=(.+)$/m.exec(new TextDecoder().decode(bytes))?.[1];
  if (stored !== undefined && wanted !== undefined && stored !== wanted)
    throw new Error(
      `The logs there belong to the cluster ${stored}, not to ${wanted}. Choose another directory, or leave the id out.`,
    );
  if (stored !== undefined) return stored;
  const clusterId = wanted ?? randomBytes(16).toString('base64url');
  const directoryId = randomBytes(16).toString('base64url');
  const lines = [`node.id=${nodeId}`, `directory.id=${directoryId}`, 'version=1', `cluster.id=${clusterId}`, ''];
  const properties = new TextEncoder().encode(lines.join('\n'));
  // Its name is safe with that of the first log's folder: nothing is acknowledged before that is there.
  await storage.commit([{ kind: 'put-blob', name: propertiesName, bytes: properties }], 'relaxed');
  return clusterId;
}
