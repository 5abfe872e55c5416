import { cooperativeStickyAssignor } from './cooperative-sticky.js';
import { rangeAssignor } from './range.js';
import { roundRobinAssignor } from './round-robin.js';
import { stickyAssignor } from './sticky.js';

/** Kafka's assignors, for a consumer's `partitionAssigners`; the name of the object is KafkaJS's. */
export const PartitionAssigners = {
  range: rangeAssignor,
  roundRobin: roundRobinAssignor,
  sticky: stickyAssignor,
  cooperativeSticky: cooperativeStickyAssignor,
} as const;
