import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleCommand } from '../../scripts/bundle.mjs';
import { projectRoot } from '../../scripts/setup.mjs';

/** The command `partita`, built from its sources into a folder of its own. */
export class BuiltCli {
  private readonly running = new Set<RunningCli>();

  private constructor(
    private readonly folder: string,
    readonly file: string,
  ) {}

  /** Of another entry than the command's own: a mutant of it. */
  static async build(entry = 'src/cli/partita.ts'): Promise<BuiltCli> {
    const folder = mkdtempSync(join(tmpdir(), 'partita-cli-'));
    const { file } = await bundleCommand(join(projectRoot, entry), folder);
    return new BuiltCli(folder, file);
  }

  /** Puts the built app beside it, as in the package. */
  addApp(): void {
    cpSync(join(projectRoot, 'build', 'app'), join(this.folder, 'app'), { recursive: true });
  }

  /** Runs it; the first lines that it says are there when this resolves, or it has ended. `command` may run it by another program. */
  async run(
    args: readonly string[],
    options: { readonly env?: NodeJS.ProcessEnv; readonly lines?: number; readonly by?: readonly string[] } = {},
  ): Promise<RunningCli> {
    const { env = {}, lines = 1, by = [] } = options;
    const [program, ...before] = [...by, process.execPath];
    const child = spawn(program, [...before, this.file, ...args], { env: { ...process.env, ...env } });
    const cli = new RunningCli(child);
    this.running.add(cli);
    await cli.said(lines);
    return cli;
  }

  async remove(): Promise<void> {
    for (const cli of this.running) await cli.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A process of it. */
export class RunningCli {
  out = '';
  err = '';
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  private isOver = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly child: ChildProcess) {
    const hear = (add: (text: string) => void) => (chunk: Buffer) => {
      add(chunk.toString());
      for (const wake of this.waiting) wake();
    };
    child.stdout?.on(
      'data',
      hear((text) => (this.out += text)),
    );
    child.stderr?.on(
      'data',
      hear((text) => (this.err += text)),
    );
    this.ended = new Promise((resolve) =>
      child.on('close', (code, signal) => {
        this.isOver = true;
        for (const wake of this.waiting) wake();
        resolve(code ?? signal ?? 0);
      }),
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The port that it says it listens on. */
  get port(): number {
    const [, port] = /at [^ ]*?:(\d+)\./.exec(this.out) ?? [];
    if (port === undefined) throw new Error(`It told no port, but: ${this.out}${this.err}`);
    return Number(port);
  }

  async said(lines: number): Promise<void> {
    while (!this.isOver && this.out.split('\n').length <= lines) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
      });
    }
  }

  /** Ends it, and waits for that. */
  async kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (!this.isOver) this.child.kill(signal);
    return this.ended;
  }
}
