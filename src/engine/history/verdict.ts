import type { AnomalyName } from './anomaly.js';
import type { HistoryHeader } from './history.js';

/** `fail`: nothing excuses it. `allowed`: Kafka does not promise the contrary in this mode. `info`: worth a look, never an error. */
export type Verdict = 'fail' | 'allowed' | 'info';

/** What Kafka promises nothing about: writes of several clients may lie between each other. */
const neverAnError: ReadonlySet<AnomalyName> = new Set(['int-send-skip', 'g0']);

/** How an anomaly counts in a history of this mode (reference: reliability, 3D). */
export function verdictOf(name: AnomalyName, header: HistoryHeader): Verdict {
  if (neverAnError.has(name)) return 'info';
  if (header.idempotent !== true && (name === 'duplicate' || name === 'nonmonotonic-send')) return 'allowed';
  return 'fail';
}
