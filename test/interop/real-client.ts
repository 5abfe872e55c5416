import { Consumer, Producer, stringDeserializers, stringSerializers, type ProducerOptions } from '@platformatic/kafka';
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { CompressionTypes as OurTypes, Kafka as OurKafka } from '../../src/entry/node.js';
import { kcat, whyNoKcat } from './kcat.js';
import { compress, decompress } from './other-codecs.js';

export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** A record as every client can send and show it: text without line breaks or tabs. */
export interface Sent {
  readonly key: string;
  readonly value: string;
}

/** How a client gets in. */
export interface Access {
  readonly bootstrap: string;
  readonly ca?: Buffer;
  /** `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`. */
  readonly mechanism?: string;
  readonly username?: string;
  readonly password?: string;
}

/** What scripts ask of a client, real or our own. */
export interface RealClient {
  readonly name: string;
  /** Why it can't be tried here. */
  readonly missing?: string | undefined;
  readonly codecs: readonly Codec[];
  /** Frames snappy in blocks, as Kafka's Java client does and not all can read. */
  readonly framesSnappy?: boolean;
  readonly readsFramedSnappy?: boolean;
  /** Sends to partition 0 with acks=all; resolves when all of it is acknowledged. */
  send(access: Access, topic: string, records: readonly Sent[], codec: Codec): Promise<void>;
  /** Reads so many records from where the group is, at first from the beginning, and commits them. */
  read(access: Access, topic: string, group: string, count: number): Promise<Sent[]>;
}

/** The largest record that a script sends, and more: each client has a limit of its own. */
export const largestRecord = 4_000_000;

for (const [type, codec] of [
  [CompressionTypes.Snappy, 'snappy'],
  [CompressionTypes.LZ4, 'lz4'],
] as const)
  CompressionCodecs[type] = () => ({
    compress: async (encoder: { buffer: Buffer }) => compress(codec, encoder.buffer),
    decompress: async (bytes: Buffer) => decompress(codec, bytes),
  });

const kafkajsTypes: Partial<Record<Codec, CompressionTypes>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
};

function kafkajsAt({ bootstrap, ca, mechanism, username = '', password = '' }: Access): Kafka {
  return new Kafka({
    brokers: [bootstrap],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, retries: 12 },
    ...(ca !== undefined && { ssl: { ca: [ca] } }),
    ...(mechanism !== undefined && {
      sasl: { mechanism: mechanism.toLowerCase() as 'plain', username, password },
    }),
  });
}

export const kafkajs: RealClient = {
  name: 'KafkaJS',
  readsFramedSnappy: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4'],
  send: async (access, topic, records, codec) => {
    const producer = kafkajsAt(access).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = records.map((record) => ({ ...record, partition: 0 }));
    await producer.send({ topic, messages, acks: -1, compression: kafkajsTypes[codec] ?? CompressionTypes.None });
    await producer.disconnect();
  },
  read: async (access, topic, groupId, count) => {
    const consumer = kafkajsAt(access).consumer({ groupId, maxWaitTimeInMs: 200 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const found: Sent[] = [];
    let next = 0;
    await new Promise<void>((resolve) => {
      void consumer.run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
          if (found.length === count) return;
          found.push({ key: String(message.key), value: String(message.value) });
          next = Number(message.offset) + 1;
          if (found.length === count) resolve();
        },
      });
    });
    await consumer.commitOffsets([{ topic, partition: 0, offset: String(next) }]);
    await consumer.disconnect();
    return found;
  },
};

function platformaticAt({ bootstrap, ca, mechanism, username = '', password = '' }: Access) {
  return {
    clientId: 'platformatic',
    bootstrapBrokers: [bootstrap],
    retries: 20,
    retryDelay: 200,
    ...(ca !== undefined && { tls: { ca, host: '127.0.0.1' } }),
    ...(mechanism !== undefined && { sasl: { mechanism: mechanism as 'PLAIN', username, password } }),
  };
}

const hasZstd = 'zstdCompressSync' in (await import('node:zlib'));

/** Its snappy knows no frames: it fails at what Kafka's Java producer writes, too. */
export const platformatic: RealClient = {
  name: '@platformatic/kafka',
  codecs: ['none', 'gzip', 'snappy', 'lz4', ...(hasZstd ? (['zstd'] as const) : [])],
  send: async (access, topic, records, compression) => {
    const options: ProducerOptions<string, string, string, string> = {
      ...platformaticAt(access),
      serializers: stringSerializers,
    };
    const producer = new Producer(options);
    const messages = records.map((record) => ({ ...record, topic, partition: 0 }));
    await producer.send({ messages, compression, acks: -1 });
    await producer.close();
  },
  read: async (access, topic, groupId, count) => {
    const consumer = new Consumer({
      ...platformaticAt(access),
      groupId,
      deserializers: stringDeserializers,
      sessionTimeout: 10_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: 500,
    });
    const limits = { maxWaitTime: 200, maxBytes: 2 * largestRecord };
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit: false,
      ...limits,
    });
    const found: Sent[] = [];
    for await (const message of stream) {
      found.push({ key: message.key, value: message.value });
      if (found.length < count) continue;
      await message.commit();
      break;
    }
    await stream.close();
    await (consumer.close(true) as unknown as Promise<void>);
    return found;
  },
};

function kcatAt({ bootstrap, mechanism, username = '', password = '' }: Access): string[] {
  const settings = [
    ...['message.max.bytes=20000000', 'fetch.message.max.bytes=20000000', 'fetch.max.bytes=40000000'],
    ...['receive.message.max.bytes=80000000', 'message.timeout.ms=60000', 'retry.backoff.ms=100'],
    ...(mechanism === undefined
      ? []
      : [`sasl.mechanism=${mechanism}`, `sasl.username=${username}`, `sasl.password=${password}`]),
  ];
  return ['-b', bootstrap, ...settings.flatMap((setting) => ['-X', setting])];
}

export const kcatClient: RealClient = {
  name: 'kcat',
  readsFramedSnappy: true,
  missing: whyNoKcat,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  send: async (access, topic, records, codec) => {
    const input = records.map(({ key, value }) => `${key}\t${value}\n`).join('');
    const args = [...kcatAt(access), '-P', '-t', topic, '-p', '0', '-z', codec, '-K', '\t', '-X', 'acks=all'];
    const { code, err } = await kcat(args, { input, limitMs: 90_000 });
    if (code !== 0) throw new Error(`kcat has ended with ${code}: ${err}`);
  },
  read: async (access, topic, group, count) => {
    const options = ['-X', 'auto.offset.reset=earliest', '-f', '%k\t%s\n', '-c', String(count)];
    const { code, out, err } = await kcat([...kcatAt(access), '-G', group, ...options, topic], { limitMs: 90_000 });
    if (code !== 0) throw new Error(`kcat has ended with ${code}: ${err}`);
    return out
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const [key = '', value = ''] = line.split('\t');
        return { key, value };
      });
  },
};

const ourTypes = {
  none: OurTypes.None,
  gzip: OurTypes.GZIP,
  snappy: OurTypes.Snappy,
  lz4: OurTypes.LZ4,
  zstd: OurTypes.ZSTD,
};

function oursAt({ bootstrap, ca, mechanism, username = '', password = '' }: Access): OurKafka {
  return new OurKafka({
    brokers: [bootstrap],
    ...(ca !== undefined && { ssl: { ca } }),
    ...(mechanism !== undefined && { sasl: { mechanism: mechanism.toLowerCase() as 'plain', username, password } }),
  });
}

export const ours: RealClient = {
  name: 'our own',
  framesSnappy: true,
  readsFramedSnappy: true,
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  send: async (access, topic, records, codec) => {
    const producer = oursAt(access).producer({ maxRequestSize: 2 * largestRecord });
    await producer.connect();
    const messages = records.map((record) => ({ ...record, partition: 0 }));
    await producer.send({ topic, messages, compression: ourTypes[codec] });
    await producer.disconnect();
  },
  read: async (access, topic, groupId, count) => {
    const consumer = oursAt(access).consumer({ groupId, autoOffsetReset: 'earliest', autoCommit: false });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    const found: Sent[] = [];
    let next = 0;
    const text = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? new Uint8Array(0));
    while (found.length < count)
      for (const { key, value, offset } of await consumer.poll(500)) {
        if (found.length === count) break;
        found.push({ key: text(key), value: text(value) });
        next = Number(offset) + 1;
      }
    await consumer.commitSync([{ topic, partition: 0, offset: String(next) }]);
    await consumer.disconnect();
    return found;
  },
};
