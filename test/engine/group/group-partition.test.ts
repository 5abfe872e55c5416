import { describe, expect, it } from 'vitest';
import { partitionForGroup } from '../../../src/engine/group/group-partition.js';

describe('the partition of a group', () => {
  // String.hashCode of Java: "test" 3556498, "my-group" -1906497762, "polygenelubricants" -2147483648.
  it.each([
    ['', 0],
    ['test', 3556498 % 50],
    ['my-group', 1906497762 % 50],
    ['polygenelubricants', 0],
  ])('of %j is by the hash code of Java', (groupId, partition) => {
    expect(partitionForGroup(groupId, 50)).toBe(partition);
  });
});
