import { expect, it } from 'vitest';

/** What `settle` promises, whatever it is made of. */
export function settleContract(settle: () => Promise<void>): void {
  it('settle resolves after every continuation that needs no time', async () => {
    let steps = 0;
    void (async () => {
      for (; steps < 1000; steps++) await Promise.resolve();
    })();
    await settle();
    expect(steps).toBe(1000);
  });
}
