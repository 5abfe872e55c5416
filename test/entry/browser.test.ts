import { expect, it } from 'vitest';
import { openPartita } from '../../src/entry/browser.js';

it('can be imported where a server renders pages, and says there why no log opens', async () => {
  const opening = openPartita({ storage: 'memory' });
  await expect(opening).rejects.toMatchObject({ name: 'PartitaError', code: 'WORKER_FAILED' });
  await expect(opening).rejects.toThrow('partita/node');
});
