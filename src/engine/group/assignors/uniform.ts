import { inHashMapOrder, javaHash } from '../../protocol/java-hash.js';
import type { ServerAssignor } from './server-assignor.js';
import { assignHeterogeneous } from './uniform-heterogeneous.js';
import { assignHomogeneous } from './uniform-homogeneous.js';

/** Kafka's default on the broker (`UniformAssignor`): as even as can be over all topics, and members keep what they have. */
export const uniformServerAssignor: ServerAssignor = {
  name: 'uniform',
  assign(group) {
    if (group.members.length === 0) return new Map();
    const members = inHashMapOrder(group.members, ({ memberId }) => javaHash(memberId));
    return group.isHomogeneous
      ? assignHomogeneous(members, group.partitionsOf)
      : assignHeterogeneous(members, group.partitionsOf);
  },
};
