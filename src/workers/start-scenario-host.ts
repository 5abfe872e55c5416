import { wrap } from 'comlink';
import { workerEnd } from '../engine/platform/browser/worker-end.js';
import type { HostResult, LivingScenarioHost, ScenarioHost } from './scenario-host.js';

/** Starts the scenario worker. If it dies every call, those under way too, resolves to the error `worker-lost`. */
export function startScenarioHost(): ScenarioHost {
  const worker = new Worker(new URL('./scenario.worker.ts', import.meta.url), { type: 'module', name: 'scenario' });
  const remote = wrap<LivingScenarioHost>(worker);
  const life = workerEnd(worker);
  const lost = Promise.race([life.failed, remote.live(life.lock).then(() => life.watch())]).then((message) => ({
    ok: false as const,
    error: { code: 'worker-lost', message },
  }));
  const orLost = <Value>(call: Promise<HostResult<Value>>): Promise<HostResult<Value>> => Promise.race([call, lost]);
  return {
    open: (spec, options) => orLost(remote.open(spec, options)),
    advance: (runId, toMs) => orLost(remote.advance(runId, toMs)),
    readRecord: (runId, at) => orLost(remote.readRecord(runId, at)),
    close: async (runId) => {
      await Promise.race([remote.close(runId), lost]);
    },
  };
}
