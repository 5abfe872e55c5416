const documentation = 'https://kafka.apache.org/documentation/#';

/** Where Kafka's documentation says it. */
export const groupSources = {
  concepts: `${documentation}intro_concepts_and_terms`,
  consumerPosition: `${documentation}design_consumerposition`,
  staticMembership: `${documentation}static_membership`,
  semantics: `${documentation}semantics`,
  modifyTopic: `${documentation}basic_ops_modify_topic`,
  managingGroups: `${documentation}basic_ops_consumer_group`,
  consumerRebalanceProtocol: `${documentation}consumer_rebalance_protocol`,
  assignmentStrategy: `${documentation}consumerconfigs_partition.assignment.strategy`,
  sessionTimeout: `${documentation}consumerconfigs_session.timeout.ms`,
  heartbeatInterval: `${documentation}consumerconfigs_heartbeat.interval.ms`,
  maxPollInterval: `${documentation}consumerconfigs_max.poll.interval.ms`,
  maxPollRecords: `${documentation}consumerconfigs_max.poll.records`,
  autoOffsetReset: `${documentation}consumerconfigs_auto.offset.reset`,
  autoCommit: `${documentation}consumerconfigs_enable.auto.commit`,
  autoCommitInterval: `${documentation}consumerconfigs_auto.commit.interval.ms`,
  offsetsRetention: `${documentation}brokerconfigs_offsets.retention.minutes`,
  retention: `${documentation}topicconfigs_retention.ms`,
  partitioner: `${documentation}producerconfigs_partitioner.class`,
  batchSize: `${documentation}producerconfigs_batch.size`,
} as const;
