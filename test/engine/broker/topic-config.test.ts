import { describe, expect, it } from 'vitest';
import { BrokerSettings } from '../../../src/engine/broker/broker-config.js';
import {
  effectiveTopicConfigs,
  topicConfigError,
  topicConfigs,
  topicSettings,
} from '../../../src/engine/broker/topic-config.js';
import { goldenLines } from '../protocol/golden.js';

interface ConfigLine {
  readonly of: 'topic' | 'topic-value';
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
  readonly config: Readonly<Record<string, string>>;
  readonly error: string | null;
}

const lines = goldenLines<ConfigLine>('topic-configs.jsonl');
/** Recorded like the others, with many more values. */
const more = goldenLines<ConfigLine>('topic-configs-more.jsonl');
const broker = new BrokerSettings('kafka');

describe('topic configs', () => {
  it('are those that Kafka knows, with its types and defaults', () => {
    const known = lines
      .filter((line) => line.of === 'topic')
      .map(({ name, type, default: value }) => [name, type, value]);
    expect(
      Object.entries(topicConfigs)
        .map(([name, { type, default: value }]) => [name, type, value])
        .sort(),
    ).toEqual(known);
  });

  it.each(
    [...lines, ...more]
      .filter((line) => line.of === 'topic-value')
      .map(({ config, error }) => [JSON.stringify(config), config, error] as const),
  )('%s is judged as Kafka does', (_, config, error) => {
    expect(topicConfigError(Object.entries(config)) ?? null).toBe(error);
  });

  it('a value comes from the topic, from the broker, or is the default', () => {
    const small = new BrokerSettings('classroom');
    const configs = new Map(
      effectiveTopicConfigs(new Map([['retention.ms', '5']]), small).map((each) => [each.name, each]),
    );
    expect(configs.get('retention.ms')).toMatchObject({ value: '5', source: 1 });
    expect(configs.get('segment.bytes')).toMatchObject({ value: '1048576', source: 4 });
    expect(configs.get('segment.ms')).toMatchObject({ value: '604800000', source: 5 });
  });

  it('a limit beyond 2^53 is the largest safe integer; small segments have a config of their own', () => {
    expect(topicSettings(new Map(), broker).timestampBeforeMaxMs).toBe(Number.MAX_SAFE_INTEGER);
    expect(topicSettings(new Map([['internal.segment.bytes', '100']]), broker).segmentBytes).toBe(100);
  });
});

describe('broker configs', () => {
  it('tell their value and where it comes from', () => {
    const settings = new BrokerSettings('classroom', { 'num.partitions': 3 });
    expect(settings.levels('num.partitions')[0]).toMatchObject({ value: '3', source: 4 });
    expect(settings.levels('group.initial.rebalance.delay.ms')[0]).toMatchObject({ value: '0', source: 4 });
    expect(settings.levels('group.max.size')[0]).toMatchObject({ value: '2147483647', source: 5 });
  });

  it.each([
    ['kafka', 3000, 50],
    ['classroom', 0, 1],
    ['test', 0, 1],
  ] as const)(
    'the profile %s delays the first rebalance by %s ms and has %s partitions of offsets',
    (profile, delay, partitions) => {
      const { values } = new BrokerSettings(profile);
      expect(values['group.initial.rebalance.delay.ms']).toBe(delay);
      expect(values['offsets.topic.num.partitions']).toBe(partitions);
    },
  );
});
