import { forwardClock } from '../../environment/forward-clock.js';
import { SeededRandom } from '../../environment/seeded-random.js';
import { silentTracer, type Environment, type Tracer } from '../../environment/trace-events.js';
import { monotonicMs } from './monotonic-clock.js';
import { randomBytes } from './random-bytes.js';

/** The real world of a Node process: its clock, its timers, chance from its cryptographic generator. */
export function nodeEnvironment(tracer: Tracer = silentTracer): Environment {
  return {
    clock: forwardClock(() => Date.now(), monotonicMs),
    timers: {
      set(delayMs, callback) {
        // Node takes a delay beyond 31 bits for none at all.
        const timer = setTimeout(callback, Math.min(delayMs, 0x7fff_ffff));
        return { cancel: () => clearTimeout(timer) };
      },
    },
    random: new SeededRandom(randomBytes(16).toString('hex')),
    tracer,
  };
}
