import { expect, test } from 'vitest';
import { settle } from '../../../../src/engine/platform/node/settle.js';

test('settle resolves after every continuation that needs no time', async () => {
  let steps = 0;
  void (async () => {
    for (; steps < 1000; steps++) await Promise.resolve();
  })();
  await settle();
  expect(steps).toBe(1000);
});

test('settle takes nothing away from those who handle their rejections', async () => {
  const handled = Promise.reject(new Error('handled')).catch((error: unknown) => error);
  await settle();
  expect(await handled).toEqual(new Error('handled'));
});
