import { browserEnvironment } from '../../../src/engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { KeptState, liveThroughCopies } from '../../engine/streams/runtime/kept-state.js';

// The page tells the database's name, and compares: it hears of each thing that was found, and of the end.
addEventListener('message', ({ data: name }: MessageEvent<string>) => {
  const life = async (): Promise<void> => {
    const kept = await KeptState.begin(browserEnvironment(), () => IndexedDbStorage.open({ name }));
    await liveThroughCopies(kept, (found, expected) => postMessage({ found, expected }));
  };
  life().then(
    () => postMessage('done'),
    (error: unknown) => postMessage({ failed: String(error) }),
  );
});
