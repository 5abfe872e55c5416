import type { StoreBuilder } from '../state/store-builder.js';
import type { InternalTopic } from './topology-node.js';

const createTime = { 'message.timestamp.type': 'CreateTime' } as const;
const dayMs = 24 * 60 * 60 * 1000;
const repartitionSegmentBytes = 50 * 1024 * 1024;

/** What of an application's configuration is in its internal topics, by Kafka's names. */
export interface InternalTopicConfig {
  /** What changelogs of windows keep beyond their stores, ms: clocks differ, and the topic must not expire first. A day by default. */
  readonly 'windowstore.changelog.additional.retention.ms'?: number;
}

export const changelogTopicName = (applicationId: string, storeName: string): string =>
  `${applicationId}-${storeName}-changelog`;

/** Read once and then deleted by the application itself, up to where it has committed. */
export function repartitionTopic(name: string, partitions: number | null): InternalTopic {
  return {
    name,
    partitions,
    config: {
      'cleanup.policy': 'delete',
      ...createTime,
      'retention.ms': '-1',
      'segment.bytes': String(repartitionSegmentBytes),
    },
  };
}

/** Where the store's changes are kept. */
export function changelogTopic(
  name: string,
  { store, logConfig }: StoreBuilder,
  { 'windowstore.changelog.additional.retention.ms': additionalRetentionMs = dayMs }: InternalTopicConfig,
): InternalTopic {
  return { name, partitions: null, config: { ...configOf(store, additionalRetentionMs), ...createTime, ...logConfig } };
}

function configOf(store: StoreBuilder['store'], additionalMs: number): Record<string, string> {
  switch (store.kind) {
    case 'window':
    case 'session': {
      // Where one key and time may have several values, compaction would lose all but the last.
      const policy = store.kind === 'window' && store.retainDuplicates ? 'delete' : 'compact,delete';
      return { 'cleanup.policy': policy, 'retention.ms': String(store.retentionMs + additionalMs) };
    }
    case 'versioned':
      return { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': String(store.historyRetentionMs + additionalMs) };
    case 'key-value':
    case 'buffer':
      return { 'cleanup.policy': 'compact' };
  }
}
