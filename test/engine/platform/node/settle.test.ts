import { expect, test } from 'vitest';
import { settle } from '../../../../src/engine/platform/node/settle.js';
import { settleContract } from '../../../contracts/settle-contract.js';

settleContract(settle);

test('settle takes nothing away from those who handle their rejections', async () => {
  const handled = Promise.reject(new Error('handled')).catch((error: unknown) => error);
  await settle();
  expect(await handled).toEqual(new Error('handled'));
});
