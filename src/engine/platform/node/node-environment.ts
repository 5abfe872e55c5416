import { randomBytes } from 'node:crypto';
import { SeededRandom } from '../../environment/seeded-random.js';
import { silentTracer, type Environment, type Tracer } from '../../environment/trace-events.js';

/** The real world of a Node process: its clock, its timers, chance from its cryptographic generator. */
export function nodeEnvironment(tracer: Tracer = silentTracer): Environment {
  // The system's clock may be set back; the engine's may not. It follows it forward, so that a laptop that slept knows what time it is.
  let last = 0;
  return {
    clock: {
      now() {
        last = Math.max(last, Date.now());
        return last;
      },
    },
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
