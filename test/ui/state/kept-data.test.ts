import { describe, expect, test } from 'vitest';
import { ArchiveError, type ExportDescription, type ImportOptions } from '../../../src/entry/topic-transfer.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import type { FileSink } from '../../../src/ui/state/file-sink.js';
import { KeptData } from '../../../src/ui/state/kept-data.svelte.js';
import type { KeptLog, KeptTopic } from '../../../src/ui/state/kept-log.js';

const topic = (name: string, isProgress = false): KeptTopic => ({
  name,
  isProgress,
  partitions: 1,
  offsets: 3,
  bytes: 9,
});
const described = (...names: string[]): ExportDescription => ({
  exportedAt: 0,
  clusterId: 'x',
  topics: names.map((name) => ({ name, partitions: 1, offsets: 3, bytes: 9 })),
  groups: [],
});

/** A log that has these topics and reads every file as this description; it notes what it is asked to import. */
class NotingLog implements KeptLog {
  readonly imports: (readonly (readonly [string, string])[])[] = [];
  readonly used: string[] = [];
  failure: Error | undefined;
  progressFailure: Error | undefined;

  constructor(
    public here: readonly KeptTopic[],
    private readonly description: ExportDescription,
  ) {}

  onWritten(): void {}
  topics = async () => this.here;
  describe = async () => this.description;

  async exportTopics(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    if (this.failure !== undefined) throw this.failure;
    return new ReadableStream();
  }

  async importTopics(_: Blob, { rename, signal }: ImportOptions) {
    if (this.failure !== undefined) throw this.failure;
    signal?.throwIfAborted();
    const names = rename as ReadonlyMap<string, string>;
    this.imports.push([...names]);
    return {
      topics: this.description.topics.map(({ name, partitions, bytes }) => ({
        ...{ name, importedAs: names.get(name) ?? name, topicId: '', hasNewId: false },
        ...{ partitions, records: 3, bytes },
      })),
      groups: [],
      abortedTransactions: [],
    };
  }

  async useProgress(name: string, imported: readonly string[]): Promise<void> {
    this.used.push(`${name} of ${imported.join()}`);
    if (this.progressFailure !== undefined) throw this.progressFailure;
  }
}

const noFile: FileSink = { open: async () => undefined };
const file = new File(['x'], 'topics.tar');

function keptOf(log: KeptLog, files = noFile) {
  let replaced = 0;
  const kept = new KeptData(
    log,
    files,
    () => new Date(Date.UTC(2026, 10, 27)),
    async () => {
      replaced++;
    },
  );
  return { kept, replaced: () => replaced };
}

describe('names of topics that are imported', () => {
  test.each<[string, readonly KeptTopic[], readonly string[], Record<string, string>]>([
    ['stay where they are free', [], ['orders', 'learner'], {}],
    ['are the next free ones where they are taken', [topic('orders')], ['orders', 'orders-2'], { orders: 'orders-3' }],
    ['make progress follow what is here', [topic('learner', true)], ['learner'], { learner: 'learner-2' }],
    ['make progress follow it however late', [topic('learner-7', true)], ['learner-3'], { 'learner-3': 'learner-8' }],
    ['make late progress the first where there is none', [], ['learner-3'], { 'learner-3': 'learner' }],
    [
      'take older progress for a topic',
      [],
      ['learner', 'learner-2'],
      { learner: 'learner-copy-2', 'learner-2': 'learner' },
    ],
    ['know what is no progress', [topic('learner', true)], ['learner-1', 'learner-02'], {}],
    ['may be those of Object.prototype', [topic('__proto__')], ['__proto__'], { ['__proto__']: '__proto__-2' }],
  ])('%s', async (_, here, names, renamed) => {
    const log = new NotingLog(here, described(...names));
    const { kept } = keptOf(log);
    await kept.choose(file);
    expect(kept.work.kind).toBe('asking');
    await kept.import();
    expect(kept.work.kind).toBe('imported');
    expect(log.imports).toEqual([Object.entries(renamed)]);
  });

  test('are not imported while one of them is none, is taken, or is given twice', async () => {
    const log = new NotingLog([topic('orders')], described('orders', 'payments'));
    const { kept } = keptOf(log);
    await kept.choose(file);
    const [first, second] = kept.planned;
    for (const [name, problem] of [
      ['', 'no-name'],
      ['..', 'no-name'],
      ['a b', 'no-name'],
      ['x'.repeat(250), 'no-name'],
      ['orders', 'taken'],
      ['learner', 'taken'],
      ['payments', 'twice'],
    ] as const) {
      first!.as = name;
      expect(kept.nameProblem(first!)).toBe(problem);
      await kept.import();
      expect(kept.work.kind).toBe('asking');
    }
    first!.as = 'orders-of-may';
    expect([kept.nameProblem(first!), kept.nameProblem(second!)]).toEqual([undefined, undefined]);
    await kept.import();
    expect(log.imports).toEqual([[['orders', 'orders-of-may']]]);
  });
});

describe('progress in a file', () => {
  test('is used once it is imported', async () => {
    const log = new NotingLog([topic('learner', true)], described('learner', 'orders'));
    const { kept, replaced } = keptOf(log);
    await kept.choose(file);
    expect(kept.replacesProgress).toBe(true);
    await kept.import();
    expect([log.used, replaced()]).toEqual([['learner-2 of learner-2,orders'], 1]);
    expect(kept.work).toMatchObject({ kind: 'imported', hasProgress: true });
  });

  test('that is none is a problem of its own, and changes nothing', async () => {
    const log = new NotingLog([], described('learner'));
    log.progressFailure = new KafkaError('INVALID_RECORD', 'no progress');
    const { kept, replaced } = keptOf(log);
    await kept.choose(file);
    await kept.import();
    expect(kept.work).toMatchObject({ kind: 'failed', what: 'import', problem: { code: 'NO_PROGRESS' } });
    expect(replaced()).toBe(0);
  });
});

describe('what goes wrong', () => {
  test.each([
    [new ArchiveError('DAMAGED', 'x', { entry: 'a', byte: 5 }), { code: 'DAMAGED', entry: 'a', byte: 5 }],
    [new KafkaError('NETWORK_EXCEPTION', 'gone'), { code: 'LOG_LOST', message: 'gone' }],
    [new TypeError('odd'), { code: 'OTHER', message: 'odd' }],
  ])('%s is told', async (error, problem) => {
    const log = new NotingLog([topic('orders')], described('orders'));
    const { kept } = keptOf(log, { open: async (name) => ({ name, write: async () => undefined }) });
    await kept.choose(file);
    log.failure = error;
    await kept.import();
    expect(kept.work).toMatchObject({ kind: 'failed', what: 'import', file: 'topics.tar', problem });
    await kept.export();
    expect(kept.work).toMatchObject({ kind: 'failed', what: 'export', file: 'partita-2026-11-27.tar', problem });
  });

  test('whoever does not want a file after all is told nothing, and an import that is not wanted is none', async () => {
    const log = new NotingLog([], described('orders'));
    const { kept } = keptOf(log);
    await kept.export();
    expect(kept.work).toEqual({ kind: 'none' });
    await kept.choose(file);
    kept.cancel();
    expect(kept.work).toEqual({ kind: 'cancelled', what: 'import' });
    await kept.import();
    expect(log.imports).toEqual([]);
  });
});
