import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaVersion, whyNoKafka } from '../../../scripts/apache-kafka.mjs';
import { connectTo, consumeRate, createTopic, latency, produceRate } from './load.js';
import { startKafka, startPartita, type Rival } from './rivals.js';

const rounds = Number(process.env['PARTITA_ROUNDS'] ?? 3);
const loads = [
  { name: '100B', bytes: 100, records: 600_000 },
  { name: '1KiB', bytes: 1024, records: 120_000 },
] as const;
/** So often the log is read: once takes too short a time. */
const readings = 5;
const latencySends = 1_000;
const calmMs = 2_000;
/** With a flush for each of them. */
const flushedSends = 200;
const flushedRecords = 20_000;
const bigLoadBytes = 1_000_000_000;

type Side = 'kafka' | 'memory' | 'data-dir';
const sides: readonly Side[] = ['kafka', 'memory', 'data-dir'];
type Note = (bench: string, side: Side, value: number) => void;

/** `partita serve` against a real Apache Kafka, in turns, each through the same connection: start, memory, records in and out, latency. */
export async function measureServe(
  print: (line: string) => void,
  _projectRoot: string,
  bundle: (entry: string, folder: string) => Promise<{ readonly file: string }>,
): Promise<void> {
  const reason = whyNoKafka();
  if (reason !== undefined) return print(`serve: skipped, for ${reason}.`);
  const folder = mkdtempSync(join(tmpdir(), 'partita-bench-cli-'));
  const { file: cli } = await bundle('src/cli/partita.ts', folder);
  const measured = new Map<string, Record<Side, number[]>>();
  const note: Note = (bench, side, value) => {
    const found = measured.get(bench) ?? { kafka: [], memory: [], 'data-dir': [] };
    found[side].push(value);
    measured.set(bench, found);
  };
  try {
    for (let round = 0; round < rounds; round++) await measureRound(cli, round, note);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [bench, values] of measured)
    for (const side of sides.slice(1)) {
      const [value, against] = [median(values[side]), median(values.kafka)];
      if (value === undefined || against === undefined) continue;
      const { unit, isSmallerBetter, aim } = kindOf(bench);
      const ratio = Number((isSmallerBetter ? against / value : value / against).toPrecision(3));
      print(
        JSON.stringify({
          bench: `${bench}-${side}`,
          value: Number(value.toPrecision(4)),
          unit,
          against: Number(against.toPrecision(4)),
          rival: `Apache Kafka ${kafkaVersion}`,
          ratio,
          aim,
        }),
      );
    }
}

/** All that is measured in one turn of each side. The sides begin in another sequence each time. */
async function measureRound(cli: string, round: number, note: Note): Promise<void> {
  const rivals: Partial<Record<Side, Rival>> = {};
  const turns = [...sides.slice(round % sides.length), ...sides.slice(0, round % sides.length)];
  const each = async (measure: (side: Side, rival: Rival) => Promise<void>): Promise<void> => {
    for (const side of turns) await measure(side, rivals[side] as Rival);
  };
  try {
    for (const side of turns) {
      // Nobody starts while another is still busy with having started.
      await new Promise((resolve) => setTimeout(resolve, calmMs));
      const rival = side === 'kafka' ? await startKafka() : await startPartita(cli, side === 'memory');
      rivals[side] = rival;
      note('serve-start', side, rival.startMs);
    }
    await each(async (side, rival) => note('serve-memory-idle', side, rival.residentBytes()));
    for (const { name, bytes, records } of loads) {
      await each(async (side, rival) => {
        const connection = await connectTo(rival.port);
        await createTopic(connection, `load-${name}`);
        connection.close();
        // The first part warms it up.
        await produceRate(rival.port, `load-${name}`, bytes, records / 5);
        const before = rival.cpuSeconds();
        note(`serve-produce-${name}`, side, await produceRate(rival.port, `load-${name}`, bytes, records));
        note(`serve-produce-${name}-cpu`, side, records / (rival.cpuSeconds() - before));
      });
      await each(async (side, rival) => {
        await consumeRate(rival.port, `load-${name}`);
        const before = rival.cpuSeconds();
        note(`serve-consume-${name}`, side, await consumeRate(rival.port, `load-${name}`, readings));
        note(`serve-consume-${name}-cpu`, side, (records * 1.2 * readings) / (rival.cpuSeconds() - before));
      });
    }
    await each(async (side, rival) => {
      const { p50, p99 } = await latency(rival.port, 'first', latencySends);
      note('serve-latency-p50', side, p50);
      note('serve-latency-p99', side, p99);
    });
    await each(async (side, rival) => {
      if (side !== 'memory') await measurePromises(side, rival, note);
    });
    if (round > 0) return;
    await each(async (side, rival) => {
      if (side === 'memory') return;
      await produceRate(rival.port, 'load-1KiB', 1024, bigLoadBytes / 1024);
      note('serve-memory-after-1GB', side, rival.residentBytes());
    });
  } finally {
    for (const rival of Object.values(rivals)) await rival.stop();
  }
}

/**
 * What acks=all costs. `acks-all`: as each answers it by default, we when it is on the disk, Kafka when the system has it. `flushed`: both when it is on the disk, to which Kafka is told by the
 * topic's `flush.messages`.
 */
async function measurePromises(side: Side, rival: Rival, note: Note): Promise<void> {
  const connection = await connectTo(rival.port);
  for (const promise of ['acks-all', 'flushed']) {
    await createTopic(connection, promise, promise === 'flushed');
    note(`serve-produce-1KiB-${promise}`, side, await produceRate(rival.port, promise, 1024, flushedRecords, -1));
    const { p50, p99 } = await latency(rival.port, promise, flushedSends, -1);
    note(`serve-latency-p50-${promise}`, side, p50);
    note(`serve-latency-p99-${promise}`, side, p99);
  }
  connection.close();
}

interface Kind {
  readonly unit: string;
  readonly isSmallerBetter: boolean;
  /** Of the ratio; none where the two promise different things. */
  readonly aim?: number;
}

function kindOf(bench: string): Kind {
  if (bench.endsWith('acks-all'))
    return bench.startsWith('serve-latency')
      ? { unit: 'ms', isSmallerBetter: true }
      : { unit: 'records/s', isSmallerBetter: false };
  if (bench === 'serve-start') return { unit: 'ms', isSmallerBetter: true, aim: 25 };
  if (bench.startsWith('serve-memory')) return { unit: 'bytes', isSmallerBetter: true, aim: 5 };
  if (bench.startsWith('serve-latency')) return { unit: 'ms', isSmallerBetter: true, aim: 1 };
  const unit = bench.endsWith('-cpu') ? 'records a second of a processor' : 'records/s';
  return { unit, isSmallerBetter: false, aim: 1 };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
