import type { Millis } from '../environment/environment.js';

/** A simulated run that came to no good end; `seed` and `atMs` (virtual, since the epoch) say where to look for it again. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';

  constructor(
    readonly seed: string,
    readonly atMs: Millis,
    found: string,
    options?: { cause?: unknown },
  ) {
    super(`${found} (seed ${JSON.stringify(seed)}, virtual time ${atMs} ms)`, options);
  }
}
