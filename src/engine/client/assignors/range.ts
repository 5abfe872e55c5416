import { assignRanges } from '../../protocol/range-assignment.js';
import type { Assignor } from './assignor.js';

/**
 * Kafka's default (`RangeAssignor`): topic by topic, the members in order get consecutive partitions, the first ones one more if they don't come out
 * even. Partition n of all topics thus goes to one member, if they have equally many and equal subscribers. Racks are left out.
 */
export const rangeAssignor: Assignor = {
  name: 'range',
  protocols: ['eager'],
  assign: assignRanges,
};
