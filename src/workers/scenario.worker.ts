import { expose } from 'comlink';
import { IndexedDbStorage } from '../engine/platform/browser/indexeddb-storage.js';
import { settle } from '../engine/platform/browser/settle.js';
import { ScenarioRuns } from './scenario-runs.js';

expose(new ScenarioRuns({ settle, openStorage: (name) => IndexedDbStorage.open({ name }) }));
