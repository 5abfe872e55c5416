import { wrap } from 'comlink';
import type { BenchWorker } from './bench.worker.js';

/** What the benchmark script calls in this page. The benchmarks themselves run in a worker, as the engine does. */
declare global {
  var benchWorker: ReturnType<typeof wrap<BenchWorker>>;
}

globalThis.benchWorker = wrap<BenchWorker>(
  new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' }),
);
