import { expect, it } from 'vitest';
import { consumerLaws } from './consumer-laws.js';

it.each(Object.entries(consumerLaws))('%s', { timeout: 60_000 }, async (_, law) => {
  await expect(law()).resolves.toBeUndefined();
});
