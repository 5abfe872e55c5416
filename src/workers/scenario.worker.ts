import { expose } from 'comlink';
import { IndexedDbStorage } from '../engine/platform/browser/indexeddb-storage.js';
import { settle } from '../engine/platform/browser/settle.js';
import { holdWhileAlive } from '../engine/platform/browser/worker-end.js';
import type { LivingScenarioHost } from './scenario-host.js';
import { ScenarioRuns } from './scenario-runs.js';

class WorkerRuns extends ScenarioRuns implements LivingScenarioHost {
  async live(lock: string): Promise<void> {
    await holdWhileAlive(lock);
  }
}

expose(new WorkerRuns({ settle, openStorage: (name) => IndexedDbStorage.open({ name }) }));
