const documentation = 'https://kafka.apache.org/documentation/streams/';

/** Where Kafka's documentation of Streams says it. */
export const streamsSources = {
  time: `${documentation}core-concepts#streams_time`,
  outOfOrder: `${documentation}core-concepts#streams_out_of_ordering`,
  duality: `${documentation}core-concepts#streams_concepts_duality`,
  guarantees: `${documentation}core-concepts#streams_processing_guarantee`,
  tasks: `${documentation}architecture#streams_architecture_tasks`,
  stores: `${documentation}architecture#streams_architecture_state`,
  recovery: `${documentation}architecture#streams_architecture_recovery`,
  windowing: `${documentation}developer-guide/dsl-api.html#windowing`,
  finalResults: `${documentation}developer-guide/dsl-api.html#window-final-results`,
  joining: `${documentation}developer-guide/dsl-api.html#joining`,
  copartitioning: `${documentation}developer-guide/dsl-api.html#join-co-partitioning-requirements`,
  memory: `${documentation}developer-guide/memory-mgmt.html`,
  reset: `${documentation}developer-guide/app-reset-tool.html`,
  optimization: `${documentation}developer-guide/optimizing-streams.html`,
} as const;
