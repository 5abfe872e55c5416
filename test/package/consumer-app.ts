import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { projectRoot } from '../../scripts/setup.mjs';

const consumers = join(projectRoot, 'test', 'package', 'consumers');

/** What npm prints when no registry can be reached, as opposed to one that refuses. */
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED/;

/** Packs the package, as a release would, into a new folder. Gives the path of the tarball. */
export function packPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'partita-pack-'));
  const packed = npm(['pack', '--pack-destination', folder], projectRoot);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (packed.status !== 0 || tarball === undefined) throw new Error(`npm pack failed:\n${packed.output}`);
  return join(folder, tarball);
}

/** An app of someone else, in a folder outside the project. */
export class ConsumerApp {
  readonly folder: string;

  /** Copies the app `name` of test/package/consumers; `sources` is where its modules lie. */
  constructor(name: 'vite' | 'webpack' | 'bare', sources: string) {
    this.folder = mkdtempSync(join(tmpdir(), `partita-${name}-`));
    cpSync(join(consumers, name), this.folder, { recursive: true });
    cpSync(join(consumers, 'round-trip.js'), join(this.folder, sources, 'round-trip.js'));
  }

  /** Installs packages (names with versions, or tarballs). Gives why not, if the registry cannot be reached. */
  install(...packages: string[]): string | undefined {
    const { status, output } = npm(
      ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages],
      this.folder,
    );
    if (status === 0) return undefined;
    if (unreachable.test(output)) return `npm cannot reach its registry to install ${packages.join(' ')}`;
    throw new Error(`npm install ${packages.join(' ')} failed:\n${output}`);
  }

  /** Runs a program of an installed package, or the one at an absolute path, to its end. */
  run(program: string, args: readonly string[]): void {
    const { status, output } = collect(
      process.execPath,
      [resolve(this.folder, 'node_modules', program), ...args],
      this.folder,
    );
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${output}`);
  }

  /** Starts a server of an installed package; resolves with the URL that it prints. */
  async serve(program: string, args: readonly string[]): Promise<{ url: string; close: () => Promise<void> }> {
    const server = spawn(process.execPath, [resolve(this.folder, 'node_modules', program), ...args], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { url: await printedUrl(server), close: () => ended(server) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function printedUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (part: Buffer): void => {
      output += part.toString();
      const url = /http:\/\/[^\s/]+\//.exec(output)?.[0];
      if (url !== undefined) resolve(url);
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.on('error', reject);
    server.on('exit', () => reject(new Error(`The server ended before it printed its URL:\n${output}`)));
  });
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.on('exit', () => resolve());
    server.kill();
  });
}

function npm(args: readonly string[], cwd: string): { status: number | null; output: string } {
  const npmScript = process.env.npm_execpath;
  return npmScript !== undefined && npmScript.includes('npm-cli')
    ? collect(process.execPath, [npmScript, ...args], cwd)
    : collect('npm', args, cwd);
}

function collect(program: string, args: readonly string[], cwd: string): { status: number | null; output: string } {
  const shell = program === 'npm' && process.platform === 'win32';
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    shell,
    encoding: 'utf8',
    env: cleanEnvironment(),
  });
  return { status, output: `${stdout}${stderr}` };
}

/** The environment without what vitest, and the npm that runs the tests, put in for themselves. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own =
    /^(npm_(lifecycle|package)_|npm_config_local_prefix$|npm_command$|INIT_CWD$|NODE_ENV$|VITE|DEV$|PROD$|SSR$|MODE$|TEST$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
