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
});
