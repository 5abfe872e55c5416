import { describe, expect, it } from 'vitest';
import { Broker } from '../../../src/engine/broker/broker.js';
import { BrokerSettings } from '../../../src/engine/broker/broker-config.js';
import { brokerSettings, definitionOf } from '../../../src/engine/broker/settings/broker-settings.js';
import { parseSetting } from '../../../src/engine/broker/settings/given-setting.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { goldenLines } from '../protocol/golden.js';
import { ManualEnvironment } from './manual-environment.js';

interface SettingLine {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
  readonly isInternal: boolean;
  readonly dynamic: string | null;
}

describe('the settings of a broker', () => {
  /** A machine's path, which is not recorded. */
  const recorded = goldenLines<SettingLine>('broker-configs.jsonl');

  it('are those that Kafka knows, with its types and defaults, and may be changed as there', () => {
    const ours = Object.keys(brokerSettings)
      .filter((name) => name !== 'log.dir')
      .map((name) => {
        const { type, default: value, isInternal = false, dynamic = null } = definitionOf(name)!;
        return { name, type, default: value, isInternal, dynamic };
      });
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(ours.sort(byName)).toEqual(
      recorded
        .map(({ name, type, default: value, isInternal, dynamic }) => ({
          name,
          type,
          default: value,
          isInternal,
          dynamic,
        }))
        .sort(byName),
    );
  });

  it('can be given by Kafka’s names if they have an effect, within what Kafka allows', () => {
    expect(parseSetting('log.retention.hours', '5')).toEqual({ 'log.retention.hours': '5' });
    expect(() => parseSetting('num.partitions', '0')).toThrow('Value must be at least 1');
    expect(() => parseSetting('ssl.keystore.type', 'JKS')).toThrow('has an effect here');
    expect(() => parseSetting('no.such', '1')).toThrow('is no setting of a broker');
  });

  it('what is larger than a number can be stays what was given', () => {
    const settings = new BrokerSettings('kafka', parseSetting('log.flush.interval.messages', '9223372036854775807'));
    expect(settings.levels('log.flush.interval.messages')[0]?.value).toBe('9223372036854775807');
  });
});

describe('settings that were changed while a broker ran', () => {
  async function broker(storage: MemoryStorage) {
    const running = await Broker.start(new ManualEnvironment(), { storage });
    let requests = 0;
    const context = () => ({ connectionId: 'c', requestId: `request:c:${requests++}` });
    return {
      stop: () => running.stop(),
      alter: async (resourceName: string, name: string, value: string, configOperation = 0) => {
        const { responses } = await running.handle(
          context(),
          { api: 'IncrementalAlterConfigs', version: 1, clientId: null },
          {
            resources: [{ resourceType: 4, resourceName, configs: [{ name, configOperation, value }] }],
            validateOnly: false,
          },
        );
        return responses[0]?.errorMessage ?? null;
      },
      described: async (resourceType: number, resourceName: string, name: string) => {
        const { results } = await running.handle(
          context(),
          { api: 'DescribeConfigs', version: 4, clientId: null },
          { resources: [{ resourceType, resourceName, configurationKeys: [name] }] },
        );
        const [config] = results[0]?.configs ?? [];
        return [config?.value, config?.configSource];
      },
      create: (name: string) =>
        running.handle(
          context(),
          { api: 'CreateTopics', version: 7, clientId: null },
          { topics: [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }] },
        ),
    };
  }

  it('are there after a restart, and topics inherit them', async () => {
    const storage = new MemoryStorage();
    const first = await broker(storage);
    await first.create('orders');
    await first.alter('', 'log.retention.ms', '7200000');
    await first.alter('1', 'message.max.bytes', '3000');
    await first.stop();
    const second = await broker(storage);
    expect(await second.described(4, '1', 'log.retention.ms')).toEqual(['7200000', 3]);
    expect(await second.described(4, '1', 'message.max.bytes')).toEqual(['3000', 2]);
    expect(await second.described(2, 'orders', 'retention.ms')).toEqual(['7200000', 3]);
    expect(await second.described(2, 'orders', 'max.message.bytes')).toEqual(['3000', 2]);
    await second.stop();
  });

  it('an empty text is appended to a list as an element, which it may not have', async () => {
    const running = await broker(new MemoryStorage());
    const error = "Configuration 'log.cleanup.policy' values must not be empty.";
    expect(await running.alter('1', 'log.cleanup.policy', '', 2)).toBe(error);
    expect(await running.alter('1', 'log.cleanup.policy', '', 3)).toBe(null);
    await running.stop();
  });
});
