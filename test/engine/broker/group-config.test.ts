import { describe, expect, it } from 'vitest';
import { BrokerSettings } from '../../../src/engine/broker/broker-config.js';
import { consumerGroupTuning, groupConfigError, groupConfigs } from '../../../src/engine/broker/group-config.js';
import { goldenLines } from '../protocol/golden.js';

interface ConfigLine {
  readonly of: 'group' | 'group-value';
  readonly name: string;
  readonly type: string;
  readonly default: string;
  readonly config: Readonly<Record<string, string>>;
  readonly error: string | null;
}

const lines = goldenLines<ConfigLine>('group-configs.jsonl');
const broker = new BrokerSettings('kafka');

describe('group configs', () => {
  it('are those that Kafka knows, with its types and defaults', () => {
    const known = lines
      .filter((line) => line.of === 'group')
      .map(({ name, type, default: value }) => [name, type, value]);
    const ours = Object.entries(groupConfigs).map(([name, { type, default: value }]) => [name, type, value]);
    expect(ours.sort()).toEqual(known);
  });

  it.each(
    lines
      .filter((line) => line.of === 'group-value')
      .map(({ config, error }) => [JSON.stringify(config), config, error] as const),
  )('%s is judged as Kafka does', (_, config, error) => {
    expect(groupConfigError(new Map(Object.entries(config)), broker) ?? null).toBe(error);
  });

  it('take the place of what the broker says, within what it allows by now', () => {
    expect(consumerGroupTuning(undefined, broker)).toEqual({
      sessionTimeoutMs: 45_000,
      heartbeatIntervalMs: 5000,
      assignmentIntervalMs: 1000,
    });
    const given = new Map([
      ['consumer.session.timeout.ms', ' 50000'],
      ['consumer.heartbeat.interval.ms', '900000'],
    ]);
    expect(consumerGroupTuning(given, broker)).toMatchObject({ sessionTimeoutMs: 50_000, heartbeatIntervalMs: 15_000 });
  });
});
