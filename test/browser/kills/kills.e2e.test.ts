import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveLogPage, type ServedLogPage } from '../log-page/served-log-page.js';
import { killBrowsers, type KillsReport } from './kills.js';

const kills = Number(process.env.PARTITA_KILLS ?? 10);
const seed = process.env.PARTITA_KILLS_SEED ?? 'kills';

let served: ServedLogPage;

beforeAll(async () => {
  served = await serveLogPage();
});

afterAll(async () => {
  await served.close();
});

/** A kill takes about two seconds; a machine that is busy may take ten times as long. */
const longestKillMs = 20_000;

describe.each([
  { backend: 'leveldb', firstTurn: 0 },
  { backend: 'sqlite', firstTurn: 5 },
] as const)('a browser that is killed ($backend)', ({ backend, firstTurn }) => {
  test(`has its log again, whole: seed '${seed}'`, { timeout: kills * longestKillMs }, async () => {
    const report = await killBrowsers({ url: served.url, backend, kills: Math.ceil(kills / 2), firstTurn, seed });
    console.log(summary(backend, report));
    expect(report.wrong).toEqual([]);
    expect(report.lost.strict).toBe(0);
    expect(report.acknowledged.strict).toBeGreaterThan(0);
  });
});

function summary(
  backend: string,
  { kills, killsInRecovery, acknowledged, lost, thrownAway, recoveryMs }: KillsReport,
): string {
  const sorted = [...recoveryMs].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
  const row = (durability: 'strict' | 'relaxed'): string =>
    `  ${durability.padEnd(8)} ${kills[durability]} kills, ${acknowledged[durability]} records acknowledged, ${lost[durability]} lost`;
  return [
    `${backend}:`,
    row('strict'),
    row('relaxed'),
    `  ${killsInRecovery} more kills while the log was opened after one`,
    ...thrownAway.map(
      ({ why, records }) => `  the browser threw a store away, with ${records} acknowledged records: ${why}`,
    ),
    `  recovery ms: p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} (${sorted.length} times)`,
  ].join('\n');
}
