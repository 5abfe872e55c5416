import type { SweepSettings } from './crash-sweep.js';

/** `npm run soak -- crash-points` asks for more. */
const seeds = Number(process.env['PARTITA_CRASH_SEEDS'] ?? 1);
export const settings: SweepSettings = { seeds, depth: seeds > 1 ? 2 : 1 };
export const timeout = seeds > 1 ? 3_600_000 : 60_000;
