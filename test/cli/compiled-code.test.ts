import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/setup.mjs';
import { BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeEach(async () => void (cli = await BuiltCli.build()), 60_000);
afterEach(() => cli.remove());

const kept = () => join(dirname(cli.file), 'compiled');
const keptFiles = () => (existsSync(kept()) ? readdirSync(kept()).map((name) => join(kept(), name)) : []);
const start = () => cli.run(['serve', '--port', '0']);

/** Starts a broker and stops it when all that it had to compile is kept. */
async function startAndKeep(): Promise<void> {
  const running = await start();
  await expect
    .poll(() => keptFiles().some((path) => path.includes('broker') && !/\.\d+$/.test(path)), { timeout: 30_000 })
    .toBe(true);
  await running.kill('SIGTERM');
}

describe.skipIf('enableCompileCache' in nodeModule)('what V8 has compiled (newer Node keeps it by itself)', () => {
  it('is kept at the first start and taken at the next', async () => {
    await startAndKeep();
    const before = keptFiles().map((path) => [path, statSync(path).mtimeMs]);
    const second = await start();
    // Had it compiled anything, that would be kept by now.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(keptFiles().map((path) => [path, statSync(path).mtimeMs])).toEqual(before);
    expect(await second.kill('SIGTERM')).toBe(0);
  });

  it('serves TLS, which loads more of Node', async () => {
    await startAndKeep();
    const file = (name: string) => join(projectRoot, 'test/engine/platform/node/certificates', name);
    const tls = ['--tls-key', file('server.key'), '--tls-cert', file('server.pem')];
    const running = await cli.run(['serve', '--port', '0', ...tls]);
    expect(running.err).toBe('');
    expect(running.out).toContain('Ctrl+C stops it');
  });

  it('is not taken for a program that was changed, be it as long as before', async () => {
    await startAndKeep();
    const file = join(dirname(cli.file), 'cli-serve-command.cjs');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Ctrl+C stops it', 'Ctrl+X stops it'));
    expect((await start()).out).toContain('Ctrl+X stops it');
  });

  it('is compiled again where it is damaged', async () => {
    await startAndKeep();
    const whole = keptFiles().map((path) => [path, statSync(path).size] as const);
    for (const [path, size] of whole) truncateSync(path, size / 2);
    await startAndKeep();
    expect(keptFiles().every((path) => statSync(path).size > 0)).toBe(true);
    expect((await start()).out).toContain('Ctrl+C stops it');
  });

  it('is not kept where that is impossible, and the broker goes on', async () => {
    writeFileSync(kept(), 'no folder');
    const running = await start();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(running.err).toBe('');
    expect(await running.kill('SIGTERM')).toBe(0);
  });
});
