import { expose } from 'comlink';
import { serveHub, type SharedScope } from '../engine/platform/browser/tabs/hub.js';
import { serveServiceHub, type ServiceScope } from '../engine/platform/browser/tabs/service-hub.js';
import { WorkerBroker } from './worker-broker.js';

// One file for all workers of the package: what it does depends on where it runs.
if ('onconnect' in self) serveHub(self as unknown as SharedScope, navigator.locks);
else if ('clients' in self) serveServiceHub(self as unknown as ServiceScope);
else expose(new WorkerBroker());
