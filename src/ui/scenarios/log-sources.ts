const documentation = 'https://kafka.apache.org/documentation/#';

/** Where Kafka's documentation says it. */
export const logSources = {
  retentionMs: `${documentation}topicconfigs_retention.ms`,
  segmentBytes: `${documentation}topicconfigs_segment.bytes`,
  segmentMs: `${documentation}topicconfigs_segment.ms`,
  checkInterval: `${documentation}brokerconfigs_log.retention.check.interval.ms`,
  compaction: `${documentation}compaction`,
  dirtyRatio: `${documentation}topicconfigs_min.cleanable.dirty.ratio`,
  deleteRetention: `${documentation}topicconfigs_delete.retention.ms`,
} as const;
