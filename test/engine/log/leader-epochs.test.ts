import { describe, expect, it } from 'vitest';
import { LeaderEpochs } from '../../../src/engine/log/leader-epochs.js';

describe('LeaderEpochs', () => {
  it('knows which epoch wrote an offset', () => {
    const epochs = new LeaderEpochs();
    epochs.assign(2, 10);
    epochs.assign(5, 20);
    epochs.assign(4, 30);
    expect(epochs.latest).toBe(5);
    expect([9, 10, 19, 20, 99].map((offset) => epochs.epochFor(offset))).toEqual([-1, 2, 2, 5, 5]);
  });

  it('forgets epochs that wrote nothing when a later one begins at the same offset, or the log is cut', () => {
    const epochs = new LeaderEpochs();
    epochs.assign(1, 0);
    epochs.assign(2, 7);
    epochs.assign(3, 7);
    expect(epochs.toText()).toBe('0\n2\n1 0\n3 7\n');
    epochs.truncateFromEnd(7);
    expect(epochs.toText()).toBe('0\n1\n1 0\n');
  });

  it('reads what it writes', () => {
    for (const text of ['0\n0\n', '0\n2\n0 0\n3 12\n']) expect(LeaderEpochs.parse(text)?.toText()).toBe(text);
  });

  it.each(['', '1\n0\n', '0\n2\n0 0\n', '0\n1\n0 x\n', '0\n2\n1 0\n1 5\n', '0\n2\n1 5\n2 5\n', '0\n1\n-1 0\n'])(
    'takes %j for no checkpoint',
    (text) => expect(LeaderEpochs.parse(text)).toBeUndefined(),
  );

  it.each([
    [0, { epoch: 0, endOffset: 0 }],
    [1, { epoch: 1, endOffset: 5 }],
    [2, { epoch: 1, endOffset: 5 }],
    [3, { epoch: 3, endOffset: 10 }],
    [5, { epoch: 3, endOffset: 10 }],
    [6, { epoch: 6, endOffset: 12 }],
    [7, undefined],
    [-1, undefined],
  ])('tells where epoch %s ended', (epoch, end) => {
    const epochs = new LeaderEpochs([
      { epoch: 1, startOffset: 0 },
      { epoch: 3, startOffset: 5 },
      { epoch: 6, startOffset: 10 },
    ]);
    expect(epochs.endOffsetFor(epoch, 12)).toEqual(end);
  });

  it('forgets epochs before the start of the log; the one of the start begins there', () => {
    const epochs = new LeaderEpochs();
    epochs.assign(1, 0);
    epochs.assign(2, 7);
    epochs.truncateFromStart(9);
    expect(epochs.toText()).toBe('0\n1\n2 9\n');
  });
});
