import { TopologyTestDriver } from '../../../src/engine/streams/driver/topology-test-driver.js';
import { emitIntervalConfigs } from '../../../src/engine/streams/processors/emit-interval.js';
import type { RecordHeaders } from '../../../src/engine/streams/processor/record.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';
import type { StreamsConfig } from '../../../src/engine/streams/streams-config.js';
import { logAndContinue } from '../../../src/engine/streams/task/exception-handlers.js';
import type { ProducedRecord } from '../../../src/engine/streams/task/raw-record.js';
import { bytesOf, hexOf } from '../protocol/golden.js';
import type { RecordedError, RecordedInput, RecordedOutput, StreamsCase } from './golden-case.js';
import { buildProgram, type GoldenProgram, type TopicSerdes } from './golden-program.js';
import { storedRows } from './golden-stores.js';

/** What a program did, in the form in which it was recorded. */
export interface Played {
  readonly beforeInput?: readonly RecordedOutput[];
  readonly output: readonly (readonly RecordedOutput[])[];
  readonly internal?: readonly (readonly unknown[])[];
  readonly stores?: Readonly<Record<string, unknown>>;
  readonly dropped: number;
  readonly error?: RecordedError;
}

/** Plays the input of a recorded program through the test driver. */
export function play(recorded: StreamsCase): Played {
  const program = buildProgram(recorded);
  const driver = new TopologyTestDriver(program.topology, configOf(recorded), {
    initialWallClockTimeMs: recorded.config.wallClockStart,
  });
  const output: RecordedOutput[][] = [];
  const internal: unknown[][] = [];
  const drain = (at: number): RecordedOutput[] => {
    const produced = driver.readProduced();
    internal.push(...internalRows(at, produced));
    return outputRows(program, produced);
  };
  const before = drain(-1);
  let error: RecordedError | undefined;
  for (const [at, input] of (recorded.input ?? []).entries()) {
    try {
      pipe(driver, program, input);
    } catch (thrown) {
      error = errorOf(at, thrown);
    }
    output.push(drain(at));
    if (error !== undefined) break;
  }
  const { task, global } = driver.metrics();
  const dropped = task.droppedRecordsTotal + (global?.droppedRecordsTotal ?? 0);
  const stores = error === undefined && recorded.stores !== undefined ? storedRows(driver, recorded) : undefined;
  driver.close();
  return {
    ...(before.length > 0 && { beforeInput: before }),
    output,
    ...(recorded.internal !== undefined && { internal }),
    ...(stores !== undefined && { stores }),
    dropped,
    ...(error !== undefined && { error }),
  };
}

/** Where we do something else on purpose; each is a row of Differences from Kafka. */
const differences: Readonly<Record<string, (recorded: StreamsCase) => StreamsCase>> = {
  /** A punctuation has no record, so there is no metadata; Kafka gives some without a topic. */
  'punctuate-times': (recorded) => ({
    ...recorded,
    output: (recorded.output ?? []).map((rows) =>
      rows.map((row) => ({ ...row, value: String(row.value).replace(' with metadata', ' without metadata') })),
    ),
  }),
  /** Kafka's task dies of a null key on the way into the buffer of a join with grace; ours drops the record, counts it and goes on. */
  'stream-table-grace-null-key-leftJoin': ({ error: _error, ...recorded }) => {
    const [row, ...stream] = recorded.input ?? [];
    const [first, , second] = stream;
    // Each goes out with the record that moves the time past its grace.
    const joined = (record: RecordedInput | undefined): RecordedOutput[] => [
      {
        topic: 'out',
        key: record?.key,
        value: `${String(record?.value)},${String(row?.value)}`,
        timestamp: record?.timestamp ?? -1,
      },
    ];
    return { ...recorded, output: [[], [], [], joined(first), joined(second)], dropped: 1 };
  },
};

/** What Kafka did, as far as it is compared. */
export function expectedPlay(recorded: StreamsCase): Played {
  const {
    beforeInput,
    output = [],
    internal,
    stores,
    dropped = 0,
    error,
  } = differences[recorded.name]?.(recorded) ?? recorded;
  return {
    ...(beforeInput !== undefined && { beforeInput }),
    output,
    ...(internal !== undefined && { internal }),
    ...(stores !== undefined && { stores }),
    dropped,
    ...(error !== undefined && { error: comparable(error) }),
  };
}

/** The configuration that a program was recorded with. */
export function configOf({ config }: Pick<StreamsCase, 'config'>): StreamsConfig {
  const { cacheBytes, emitIntervalMs, deserializationHandler, processingHandler, deadLetterTopic } = config;
  return {
    'application.id': 'app',
    'statestore.cache.max.bytes': cacheBytes,
    [emitIntervalConfigs.windowedAggregation]: emitIntervalMs,
    [emitIntervalConfigs.outerJoin]: emitIntervalMs,
    ...(deserializationHandler === 'logAndContinue' && { 'deserialization.exception.handler': logAndContinue }),
    ...(processingHandler === 'logAndContinue' && { 'processing.exception.handler': logAndContinue }),
    ...(deadLetterTopic !== undefined && { 'errors.dead.letter.queue.topic.name': deadLetterTopic }),
  };
}

function pipe(driver: TopologyTestDriver, program: GoldenProgram, input: RecordedInput): void {
  if (input.advanceWallClock !== undefined) {
    driver.advanceWallClockTime(input.advanceWallClock);
    return;
  }
  const { key, value, headers } = inputBytes(program, input);
  driver
    .createInputTopic(input.topic ?? '', Serdes.bytes, Serdes.bytes)
    .pipeInput(key, value, input.timestamp, headers);
}

/** An input as it lies in its topic. */
export function inputBytes(
  program: GoldenProgram,
  { topic = '', key = null, value = null, keyHex, valueHex, headers = {} }: RecordedInput,
): { key: Uint8Array | null; value: Uint8Array | null; headers: RecordHeaders } {
  const serdes = program.serdesOf.get(topic) ?? textSerdes;
  const isRaw = valueHex !== undefined;
  const hex = (text: string | null | undefined) => (text === null || text === undefined ? null : bytesOf(text));
  return {
    key: isRaw ? hex(keyHex) : key === null ? null : serdes.key.serialize(topic, fromJson(key)),
    value: isRaw ? hex(valueHex) : value === null ? null : serdes.value.serialize(topic, fromJson(value)),
    headers: Object.entries(headers).map(([name, text]) => [name, new TextEncoder().encode(text)] as const),
  };
}

const textSerdes: TopicSerdes = { key: Serdes.string, value: Serdes.string };

/** The records for others than the application, as they were recorded: in the order in which they were sent, dead letters last. */
export function outputRows({ serdesOf }: GoldenProgram, produced: readonly ProducedRecord[]): RecordedOutput[] {
  const rows = produced
    .filter(({ topic }) => !topic.startsWith('app-'))
    .map(({ topic, key, value, timestamp, headers }): RecordedOutput => {
      const serdes = serdesOf.get(topic);
      const content =
        serdes === undefined
          ? { keyHex: key && hexOf(key), valueHex: value && hexOf(value) }
          : {
              key: key && asJson(serdes.key.deserialize(topic, key)),
              value: value && asJson(serdes.value.deserialize(topic, value)),
            };
      return { topic, ...content, timestamp, ...(headers.length > 0 && { headers: headerRow(headers) }) };
    });
  const isKnown = ({ topic }: RecordedOutput): boolean => serdesOf.has(topic);
  return [...rows.filter(isKnown), ...rows.filter((row) => !isKnown(row))];
}

function internalRows(at: number, produced: readonly ProducedRecord[]): unknown[][] {
  const own = produced.filter(({ topic }) => topic.startsWith('app-'));
  const topics = [...new Set(own.map(({ topic }) => topic))].sort();
  return topics.flatMap((topic) =>
    own
      .filter((record) => record.topic === topic)
      .map(({ key, value, timestamp, headers }) => [
        at,
        topic,
        key && hexOf(key),
        value && hexOf(value),
        timestamp,
        ...(headers.length === 0
          ? []
          : [Object.fromEntries(headers.map(([name, bytes]) => [name, bytes && hexOf(bytes)]))]),
      ]),
  );
}

/** Java's names of exception classes, for those that we throw under others. */
const javaClasses: Readonly<Record<string, string>> = {
  Error: 'java.lang.IllegalStateException',
  SerializationException: 'org.apache.kafka.common.errors.SerializationException',
};

function headerRow(headers: RecordHeaders): Record<string, string | null> {
  return Object.fromEntries(
    headers.map(([name, bytes]) => {
      const text = bytes && new TextDecoder().decode(bytes);
      if (name.includes('stacktrace')) return [name, '(a stack trace)'];
      return [name, name.endsWith('.exception') ? (javaClasses[text ?? ''] ?? text) : text];
    }),
  );
}

/** Windowed keys are written `{key, start, end}`. */
export function asJson(data: unknown): unknown {
  if (typeof data === 'object' && data !== null && 'window' in data) {
    const { key, window } = data as { key: unknown; window: { start: number; end: number } };
    return { key: asJson(key), start: window.start, end: window.end };
  }
  return data;
}

function fromJson(data: unknown): unknown {
  if (typeof data === 'object' && data !== null && 'start' in data) {
    const { key, start, end } = data as { key: unknown; start: number; end: number };
    return { key, window: { start, end } };
  }
  return data;
}

function errorOf(at: number, thrown: unknown): RecordedError {
  let root = thrown as Error;
  while (root.cause !== undefined) root = root.cause as Error;
  const described = (error: Error) => ({ class: error.name, message: error.message });
  return comparable({
    at,
    ...described(thrown as Error),
    ...(root !== thrown && { cause: described(root) }),
  });
}

/** Where Kafka's text prints a Java object, only what comes before it is compared. */
function comparable({ at, class: name, message, cause }: RecordedError): RecordedError {
  return {
    at,
    class: name,
    message: message?.replace(/ for input record .*| (?:ConsumerRecord\(|in-0@).*/s, '') ?? null,
    ...(cause !== undefined && {
      cause: {
        class: cause.class === 'Error' || cause.class === 'IllegalStateException' ? 'Error' : cause.class,
        // Java's largest long stands for no limit.
        message: cause.message?.replace('9223372036854775807', 'unbounded') ?? null,
      },
    }),
  };
}
