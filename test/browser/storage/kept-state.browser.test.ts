import { deleteDB } from 'idb';
import { expect, onTestFinished, test } from 'vitest';
import workerUrl from './kept-state.worker.ts?worker&url';

test('an application in a worker that keeps its state in IndexedDB reads of its changelogs what is new; all of it after the copy was torn or removed', async () => {
  const name = 'kept-state';
  const worker = new Worker(workerUrl, { type: 'module' });
  onTestFinished(async () => {
    worker.terminate();
    await deleteDB(name);
  });
  const heard: unknown[] = [];
  const end = new Promise<void>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      heard.push(data);
      if (data === 'done' || (data as { failed?: string }).failed !== undefined) resolve();
    });
  });
  worker.postMessage(name);
  await end;
  const compared = heard.filter((each) => typeof each === 'object') as { found: unknown; expected: unknown }[];
  expect(compared.map(({ found }) => found)).toEqual(compared.map(({ expected }) => expected));
  expect(compared).toHaveLength(8);
  expect(heard.at(-1)).toBe('done');
});
