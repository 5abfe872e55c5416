import { deleteDB } from 'idb';
import { expect, inject, it } from 'vitest';
import { commands } from 'vitest/browser';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The store that Chromium was told to have for IndexedDB, or the name of another browser. */
    backend: string;
  }
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** The names of what the browser's profile has for IndexedDB. */
    storedFiles(): Promise<string[]>;
  }
}

it('these tests run on the store that they say', async (context) => {
  const backend = inject('backend');
  if (backend !== 'leveldb' && backend !== 'sqlite') return context.skip(`${backend} has one store only.`);
  const name = 'backend';
  const storage = await IndexedDbStorage.open({ name });
  await storage.commit([{ kind: 'put-blob', name: 'a', bytes: Uint8Array.of(1) }], 'strict');
  const files = await commands.storedFiles();
  expect(files).not.toEqual([]);
  for (const file of files) expect(/\.indexeddb\.(leveldb|blob)$/.test(file), file).toBe(backend === 'leveldb');
  await storage.close();
  await deleteDB(name);
});
