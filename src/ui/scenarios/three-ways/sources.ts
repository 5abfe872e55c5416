/** Where Kafka's documentation says what the scenario shows. */
export const sources = {
  concepts: 'https://kafka.apache.org/documentation/#intro_concepts_and_terms',
  position: 'https://kafka.apache.org/documentation/#design_consumerposition',
  reset: 'https://kafka.apache.org/documentation/#consumerconfigs_auto.offset.reset',
  groupId: 'https://kafka.apache.org/documentation/#consumerconfigs_group.id',
} as const;
