import { describe, expect, it } from 'vitest';
import { FailedLogins } from '../../../../src/engine/platform/node/failed-logins.js';

function failuresOver(): { readonly fail: (address?: string) => number; readonly pass: (ms: number) => void } {
  let now = 0;
  const logins = new FailedLogins({ now: () => now });
  return { fail: (address = 'here') => logins.delayFor(address), pass: (ms) => (now += ms) };
}

describe('GW-8 whoever fails', () => {
  it('waits twice as long each time, up to a limit', () => {
    const { fail } = failuresOver();
    const waits = Array.from({ length: 12 }, () => fail());
    const [first = 0] = waits;
    expect(first).toBeGreaterThan(0);
    expect(waits).toEqual(waits.map((_, at) => Math.min(first * 2 ** at, waits[11] ?? 0)));
    expect(waits[11]).toBe(waits[10]);
  });

  it('keeps nobody at another address waiting', () => {
    const { fail } = failuresOver();
    const first = fail();
    fail();
    expect(fail('there')).toBe(first);
  });

  it('begins anew after a minute without a failure, and not before', () => {
    const { fail, pass } = failuresOver();
    const first = fail();
    pass(59_999);
    expect(fail()).toBe(2 * first);
    pass(60_000);
    expect(fail()).toBe(first);
  });
});
