import { spawn, spawnSync } from 'node:child_process';

const version = spawnSync('kcat', ['-V'], { encoding: 'utf8' });

/** Why nothing can be tried with kcat; undefined where it is installed. */
export const whyNoKcat = version.status === 0 ? undefined : 'kcat is not installed';

/**
 * Whether it authenticates by SCRAM in a way that Kafka takes: librdkafka before 2.6.1 sends its own nonce twice, which Kafka refuses since its CVE-2024-56128, and so do we.
 */
export const hasRightScram = isAtLeast(/librdkafka (\d+)\.(\d+)\.(\d+)/.exec(version.stdout) ?? [], [2, 6, 1]);

function isAtLeast([, ...found]: readonly string[], least: readonly number[]): boolean {
  const at = least.findIndex((number, index) => Number(found[index] ?? 0) !== number);
  return at === -1 || Number(found[at] ?? 0) > (least[at] as number);
}

/** How a run of kcat has ended, with what it said. */
export interface KcatRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs kcat with this input. One that has not ended after so long is killed: its code is null then. */
export function kcat(
  args: readonly string[],
  { input = '', limitMs = 20_000 }: { readonly input?: string; readonly limitMs?: number } = {},
): Promise<KcatRun> {
  const child = spawn('kcat', args, { timeout: limitMs });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
