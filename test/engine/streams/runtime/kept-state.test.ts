import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FileStorage } from '../../../../src/engine/platform/node/file-storage.js';
import { nodeEnvironment } from '../../../../src/engine/platform/node/node-environment.js';
import { KeptState, liveThroughCopies } from './kept-state.js';

it('An application that keeps its state in files reads of its changelogs what is new; all of it after the copy was torn or removed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'partita-kept-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const kept = await KeptState.begin(nodeEnvironment(), () => FileStorage.open({ directory }));
  await liveThroughCopies(kept, (found, expected) => expect(found).toEqual(expected));
}, 60_000);
