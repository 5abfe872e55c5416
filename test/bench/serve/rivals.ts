import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApacheKafka } from '../../../scripts/apache-kafka.mjs';
import { connectTo, createTopic } from './load.js';

/** A broker in a process of its own. */
export interface Rival {
  readonly port: number;
  /** From the start of the process to the first record that it has acknowledged. */
  readonly startMs: number;
  residentBytes(): number;
  /** What it has used of the processors so far: unlike the clock, it does not depend on what else runs on the machine. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** Partita as `partita serve`, from its bundled command. */
export async function startPartita(cli: string, isInMemory: boolean): Promise<Rival> {
  const folder = mkdtempSync(join(tmpdir(), 'partita-bench-serve-'));
  const kept = isInMemory ? ['--max-memory', '4g'] : ['--data-dir', folder];
  const began = performance.now();
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', ...kept], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      const found = /at [^ ]*?:(\d+)\./.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('exit', () => reject(new Error(`partita serve has ended: ${said}`)));
  });
  await acknowledgeFirst(port);
  return {
    port,
    startMs: performance.now() - began,
    residentBytes: () => residentBytes(child.pid),
    cpuSeconds: () => cpuSeconds(child.pid),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startKafka(): Promise<Rival> {
  const kafka = await startApacheKafka();
  const listening = performance.now();
  await acknowledgeFirst(kafka.port);
  return {
    port: kafka.port,
    startMs: kafka.listeningMs + performance.now() - listening,
    residentBytes: () => residentBytes(kafka.pid),
    cpuSeconds: () => cpuSeconds(kafka.pid),
    stop: kafka.stop,
  };
}

async function acknowledgeFirst(port: number): Promise<void> {
  const connection = await connectTo(port);
  await createTopic(connection, 'first');
  connection.close();
}

/** User and system time, which Linux counts in hundredths of a second. */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentBytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
}
