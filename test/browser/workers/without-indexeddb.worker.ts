import './hide-indexeddb.js';
import '../../../src/workers/broker.worker.js';
