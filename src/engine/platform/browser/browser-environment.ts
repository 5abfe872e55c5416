import { forwardClock } from '../../environment/forward-clock.js';
import { SeededRandom } from '../../environment/seeded-random.js';
import { silentTracer, type Environment, type Tracer } from '../../environment/trace-events.js';

/** The real world of a page or worker: its clock, its timers, chance from its cryptographic generator. */
export function browserEnvironment(tracer: Tracer = silentTracer): Environment {
  return {
    clock: forwardClock(
      () => Date.now(),
      () => performance.now(),
    ),
    timers: {
      set(delayMs, callback) {
        const timer = setTimeout(callback, delayMs);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    random: new SeededRandom(crypto.getRandomValues(new Uint32Array(4)).join('-')),
    tracer,
  };
}
