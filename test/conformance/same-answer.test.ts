import { describe, expect, it } from 'vitest';
import { isSameAnswer } from './same-answer.js';

describe('an answer is compared with that of Kafka', () => {
  it.each([
    [{ errorCode: 25, groups: [1, 2] }, { errorCode: 25, groups: [1, 2] }, true],
    [{ errorCode: 25 }, { errorCode: 24 }, false],
    [{ errorCode: 25, errorMessage: 'ours' }, { errorCode: -1, errorMessage: null }, true],
    [{ errorCode: 0, errorMessage: null }, { errorCode: -1, errorMessage: null }, false],
    [{ errorCode: 25, more: 1 }, { errorCode: -1 }, false],
    [{ groups: [{ errorCode: 25, name: 'a' }] }, { groups: [{ errorCode: -1, name: 'b' }] }, false],
    [[1, 2], [1, 2, 3], false],
    [[], {}, false],
    [null, {}, false],
    ['closed', 'closed', true],
  ] as const)('%j with %j: %s', (ours, kafkas, isSame) => {
    expect(isSameAnswer(ours, kafkas)).toBe(isSame);
  });
});
