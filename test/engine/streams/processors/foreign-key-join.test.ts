import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreignKeyJoin } from '../../../../src/engine/streams/processors/foreign-key-join.js';
import { murmur3 } from '../../../../src/engine/streams/processors/foreign-key/murmur3.js';
import { tableSource } from '../../../../src/engine/streams/processors/table-source.js';
import type { Serde } from '../../../../src/engine/streams/serdes.js';
import { timestampedKeyValueStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { OperatorBench, text } from '../operator-bench.js';

type Message = readonly [key: unknown, value: unknown, timestamp: number];

/** Both topics of a join as queues that are read when the test says so. */
class JoinStage {
  readonly bench: OperatorBench;
  readonly subscriptions: Message[] = [];
  readonly responses: Message[] = [];
  readonly results: Message[] = [];
  readonly written: string[] = [];
  private readonly left;
  private readonly right;
  private readonly serdes: { subscription: Serde<unknown>; response: Serde<unknown> };

  constructor(kind: 'inner' | 'left') {
    const left = tableSource<string, string>({ storeName: 'left', isMaterialized: true });
    const right = tableSource<string, string>({ storeName: 'right', isMaterialized: true });
    const join = foreignKeyJoin<string, string, string, string, string>({
      kind,
      left,
      right,
      foreignKey: (_key, value) => (value.startsWith('?') ? null : value[0]!),
      joiner: (value, foreign) => `${value ?? 'null'},${foreign ?? 'null'}`,
      keySerde: text,
      valueSerde: text,
      foreignKeySerde: text,
      foreignValueSerde: text,
      subscriptionStoreName: 'subscriptions',
      foreignKeyTopic: 'fk',
      primaryKeyTopic: 'pk',
      valueHashTopic: 'vh',
    });
    const tables = ['left', 'right'].map((name) =>
      timestampedKeyValueStoreBuilder({ name, keySerde: text, valueSerde: text }),
    );
    this.bench = new OperatorBench({ stores: [...tables, join.subscriptionStore] });
    const { bench } = this;
    this.serdes = { subscription: join.subscriptionSerde, response: join.responseSerde };
    bench.node('sender', join.sender);
    bench.node('subscription join', join.subscriptionJoin);
    bench.node('receiver', join.receiver, 'subscription join');
    bench.node('foreign join', join.foreignTableJoin);
    bench.node('resolver', join.resolver);
    this.left = bench.node('left', left, 'sender');
    this.right = bench.node('right', right, 'foreign join');
  }

  putLeft(key: string, value: string | null, at: number): void {
    this.subscriptions.push(...this.sent(this.left(key, value, at), this.serdes.subscription));
  }

  putRight(key: string, value: string | null, at: number): void {
    this.responses.push(...this.sent(this.right(key, value, at), this.serdes.response));
  }

  /** Reads one message of a topic. */
  readSubscription(): void {
    this.read(this.subscriptions, 'receiver', this.serdes.subscription, (answers) =>
      this.responses.push(...this.sent(answers, this.serdes.response)),
    );
  }

  readResponse(): void {
    this.read(this.responses, 'resolver', this.serdes.response, (results) =>
      this.results.push(...(results as Message[])),
    );
  }

  settle(): unknown[] {
    const before = this.results.length;
    while (this.subscriptions.length > 0) this.readSubscription();
    while (this.responses.length > 0) this.readResponse();
    return this.results.slice(before);
  }

  private sent(messages: unknown[], serde: Serde<unknown>): Message[] {
    return (messages as Message[]).map(([key, value, at]) => {
      const bytes = serde.serialize('t', value);
      this.written.push(Buffer.from(bytes).toString('hex'));
      return [key, bytes, at] as const;
    });
  }

  private read(queue: Message[], node: string, serde: Serde<unknown>, then: (out: unknown[]) => void): void {
    const [key, bytes, timestamp] = queue.shift()!;
    then(this.bench.pipe(node, { key, value: serde.deserialize('t', bytes as Uint8Array), timestamp, headers: [] }));
  }
}

describe('a foreign key join (KIP-213)', () => {
  it('writes what Kafka writes', () => {
    const stage = new JoinStage('inner');
    stage.putRight('x', 'x1', 1);
    stage.putLeft('a', 'x', 2);
    stage.settle();
    const hash = Buffer.from(murmur3(text.serialize('', 'x'))).toString('hex');
    expect(stage.written).toEqual([`0103${hash}6100000000`, `00${hash}7831`]);
    expect(stage.results).toEqual([['a', 'x,x1', 2]]);
    expect(stage.bench.changelog.map(({ store, key }) => [store, Buffer.from(key).toString('hex')]).at(-1)).toEqual([
      'subscriptions',
      '000000017861',
    ]);
  });

  it.each([
    ['', '9d2764a018e329428c3cf3b035938518'],
    ['a', '3361634e7e0f5188e9c7dda24eae326b'],
    ['abcdefgh', 'c9e137e204bd98d798412524f285c8d5'],
    ['abcdefghi', '4be3491e5ef44ca37e63ebba6e3b347c'],
    ['abcdefghijklmno', '603d5a6bedf0d05ed3fc15238772c89f'],
    ['abcdefghijklmnop', '03daa544af252b49ec7e65eed6ef622a'],
    ['abcdefghijklmnopq', 'bde7390e448a967e0a17807fe372cf77'],
    ['The quick brown fox jumps over the lazy dog', 'e74c5921af0f99c8b7f85ec81df06726'],
  ])('hashes as Kafka does: %s', (some, hash) => {
    expect(Buffer.from(murmur3(text.serialize('', some))).toString('hex')).toBe(hash);
  });

  it('gives the larger timestamp when the left side changes, and the right side’s when that does', () => {
    const stage = new JoinStage('inner');
    stage.putRight('x', 'x1', 9);
    stage.putLeft('a', 'x', 2);
    expect(stage.settle()).toEqual([['a', 'x,x1', 9]]);
    stage.putRight('x', 'x2', 4);
    expect(stage.settle()).toEqual([['a', 'x,x2', 4]]);
  });

  it('sends a tombstone when a row moves to a foreign key that has none, needless or not, and one when it is deleted', () => {
    const stage = new JoinStage('inner');
    stage.putLeft('a', 'x', 1);
    expect(stage.settle()).toEqual([]);
    stage.putLeft('a', 'y', 2);
    expect(stage.settle()).toEqual([['a', null, 2]]);
    stage.putLeft('a', null, 3);
    expect(stage.settle()).toEqual([['a', null, 3]]);
    stage.putLeft('a', null, 4);
    expect(stage.settle()).toEqual([]);
  });

  it('drops an answer to an earlier version of the row', () => {
    const stage = new JoinStage('inner');
    stage.putRight('x', 'x1', 1);
    stage.putLeft('a', 'x', 2);
    stage.readSubscription();
    stage.putLeft('a', 'xx', 3);
    expect(stage.settle()).toEqual([['a', 'xx,x1', 3]]);
    expect(stage.bench.dropped).toMatchObject([{ reason: 'stale-response' }]);
  });

  it('leaves out rows without a foreign key, or keeps them in a left join', () => {
    const inner = new JoinStage('inner');
    inner.putLeft('a', '?', 1);
    expect(inner.settle()).toEqual([]);
    expect(inner.bench.dropped).toMatchObject([{ reason: 'null-foreign-key' }]);
    const left = new JoinStage('left');
    left.putLeft('a', '?', 1);
    expect(left.settle()).toEqual([['a', '?,null', 1]]);
  });

  it('STR-7 is at rest the relational join of both tables, however its topics are read', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('left' as const),
        key: fc.constantFrom('a', 'b', 'c'),
        value: fc.option(fc.constantFrom('x1', 'x2', 'y1', 'z1', '?1')),
      }),
      fc.record({
        kind: fc.constant('right' as const),
        key: fc.constantFrom('x', 'y', 'z'),
        value: fc.option(fc.constantFrom('1', '2', '3')),
      }),
      fc.record({ kind: fc.constant('read subscription' as const) }),
      fc.record({ kind: fc.constant('read response' as const) }),
    );
    const kinds = fc.constantFrom('inner' as const, 'left' as const);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), kinds, (steps, kind) => {
        const stage = new JoinStage(kind);
        const left = new Map<string, string>();
        const right = new Map<string, string>();
        const put = (rows: Map<string, string>, key: string, value: string | null) =>
          value === null ? rows.delete(key) : rows.set(key, value);
        for (const [at, each] of steps.entries()) {
          if (each.kind === 'left') {
            put(left, each.key, each.value);
            stage.putLeft(each.key, each.value, at);
          } else if (each.kind === 'right') {
            put(right, each.key, each.value);
            stage.putRight(each.key, each.value, at);
          } else if (each.kind === 'read subscription' && stage.subscriptions.length > 0) stage.readSubscription();
          else if (each.kind === 'read response' && stage.responses.length > 0) stage.readResponse();
        }
        stage.settle();
        const results = new Map<string, string>();
        for (const [key, value] of stage.results) put(results, key as string, value as string | null);
        const expected = new Map<string, string>();
        for (const [key, value] of left) {
          const foreign = value.startsWith('?') ? undefined : right.get(value[0]!);
          if (foreign !== undefined || kind === 'left') expected.set(key, `${value},${foreign ?? 'null'}`);
        }
        expect(Object.fromEntries(results)).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 150 },
    );
  });
});
