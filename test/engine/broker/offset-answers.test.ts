import { describe, expect, it } from 'vitest';
import { OffsetAnswers } from '../../../src/engine/broker/offset-answers.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';

/** Topics `known` and `other` have two partitions each, others do not exist. */
function answersTo(...asked: readonly (readonly [name: string, ...partitions: number[]])[]) {
  const answers = new OffsetAnswers<{ readonly partitionIndex: number }>();
  for (const [name, ...partitions] of asked) {
    const isKnown = name === 'known' || name === 'other';
    answers.add(
      { name, topicId: zeroUuid, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) },
      isKnown,
      ({ partitionIndex }) => (isKnown && partitionIndex < 2 ? undefined : 'UNKNOWN_TOPIC_OR_PARTITION'),
    );
  }
  const errors = answers.known.flatMap(({ partitions }) => partitions.map(() => 'NONE' as const));
  return answers.answer(errors).map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, errorCode: code }) => (code === 0 ? partitionIndex : -code)),
  }));
}

const unknown = -errorCode('UNKNOWN_TOPIC_OR_PARTITION');

describe('answers about offsets have the sequence of Kafka', () => {
  it('what was refused at once comes first, and takes what else there is of its topic along', () => {
    expect(answersTo(['other', 1, 0], ['known', 1, 7, 0], ['none', 0])).toEqual([
      { name: 'known', partitions: [unknown, 1, 0] },
      { name: 'none', partitions: [unknown] },
      { name: 'other', partitions: [1, 0] },
    ]);
  });

  it('a topic that is named twice is told twice, and once where something was refused', () => {
    expect(answersTo(['known', 0], ['known', 1])).toEqual([
      { name: 'known', partitions: [0] },
      { name: 'known', partitions: [1] },
    ]);
    expect(answersTo(['known', 0], ['known', 1], ['none'])).toEqual([
      { name: 'none', partitions: [] },
      { name: 'known', partitions: [0, 1] },
    ]);
  });

  it('a topic of which no partition is named is told only if nobody knows it', () => {
    expect(answersTo(['known'], ['none'])).toEqual([{ name: 'none', partitions: [] }]);
  });
});
