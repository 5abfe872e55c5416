import { describe, expect, it } from 'vitest';
import { StorageSpace } from '../../../../src/engine/platform/browser/storage-space.js';

function space(usedBytes = 0) {
  const told: number[] = [];
  let now = 0;
  const made: { space?: StorageSpace } = {};
  const onPressure = () => told.push(made.space?.used ?? usedBytes);
  made.space = new StorageSpace({ budgetBytes: 1000, onPressure }, usedBytes, () => now);
  return { space: made.space, told, pass: (ms: number) => (now += ms) };
}

describe('StorageSpace', () => {
  it('tells of pressure at four fifths of the budget, and again with every twentieth more', () => {
    const { space: it, told } = space();
    for (let used = 0; used < 1000; used += 10) it.changed(10);
    expect(told).toEqual([800, 850, 900, 950, 1000]);
  });

  it('tells again after it has been emptied', () => {
    const { space: it, told } = space();
    it.changed(820);
    it.changed(-500);
    it.changed(500);
    expect(told).toEqual([820, 820]);
  });

  it('tells at once when a store is opened that is nearly full', () => {
    expect(space(900).told).toEqual([900]);
    expect(space(700).told).toEqual([]);
  });

  it('refuses what would go beyond the budget; what is essential may go beyond it by the reserve', () => {
    const { space: it, told } = space(600);
    it.admit(400, 'ordinary', 50);
    expect(() => it.admit(401, 'ordinary', 50)).toThrow(
      expect.objectContaining({ code: 'full', message: expect.stringContaining('of the 0.0 MB that it may hold') }),
    );
    expect(told).toEqual([600]);
    it.admit(450, 'essential', 50);
    expect(() => it.admit(451, 'essential', 50)).toThrow(expect.objectContaining({ code: 'full' }));
    it.changed(500);
    it.admit(0, 'ordinary', 50);
    it.admit(-5, 'ordinary', 50);
  });

  it('rests after the browser has refused something, but never with what is essential', () => {
    const { space: it, told, pass } = space();
    expect(it.refused(new Error('quota'))).toMatchObject({ code: 'full' });
    expect(told).toEqual([0]);
    expect(() => it.admit(1, 'ordinary', 50)).toThrow(expect.objectContaining({ code: 'full' }));
    expect(it.hasRoomFor(1)).toBe(false);
    it.admit(1, 'essential', 50);
    pass(250);
    it.admit(1, 'ordinary', 50);
    expect(it.hasRoomFor(1)).toBe(true);
    expect(it.hasRoomFor(900)).toBe(false);
  });
});
