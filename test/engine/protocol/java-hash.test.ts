import { describe, expect, it } from 'vitest';
import { inHashMapOrder, javaHash } from '../../../src/engine/protocol/java-hash.js';
import { compareTopicIds, topicIdBytes, topicIdHash, topicIdText } from '../../../src/engine/protocol/topic-id.js';

describe('java hash', () => {
  it('hashes text as String.hashCode does', () => {
    expect(['', 'a', 'orders', 'consumer-group-1'].map(javaHash)).toEqual([0, 97, -1008770331, 147483020]);
  });

  it('walks over keys as a HashMap does, which has 16 buckets for up to 12 keys and doubles beyond', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index * 5);
    const itself = (number: number) => number;
    expect(inHashMapOrder(numbers(6), itself)).toEqual([0, 5, 10, 15, 20, 25].sort((a, b) => (a % 16) - (b % 16)));
    expect(inHashMapOrder(numbers(13), itself)).toEqual(numbers(13).sort((a, b) => (a % 32) - (b % 32)));
    expect(inHashMapOrder(numbers(12), itself)).toEqual(numbers(12).sort((a, b) => (a % 16) - (b % 16)));
    expect(inHashMapOrder(numbers(12), itself, true)).toEqual(numbers(12).sort((a, b) => (a % 32) - (b % 32)));
  });

  it('reads a topic id back from its text, hashes and orders it as Kafka does', () => {
    const id = Uint8Array.from({ length: 16 }, (_, index) => 255 - 13 * index);
    expect(topicIdBytes(topicIdText(id))).toEqual(id);
    // new Uuid(1, 2) and new Uuid(-1, 2)
    const [one, minusOne] = ['AAAAAAAAAAEAAAAAAAAAAg', '__________8AAAAAAAAAAg'];
    expect([one, minusOne].map(topicIdHash)).toEqual([3, 2]);
    expect(compareTopicIds(minusOne, one)).toBe(-1);
    expect(compareTopicIds(one, one)).toBe(0);
  });
});
