// @ts-check
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildApp } from './build-app.mjs';
import { installDependencies, projectRoot } from './setup.mjs';
import { serveFiles } from './static-server.mjs';

const defaultPort = 4173;

/**
 * Installs, builds and serves the app until the process is interrupted. Other machines reach it only if `--host` says so.
 * @param {string[]} args `--port N`, `--host NAME`
 */
export async function serveApp(args) {
  const { host, port } = readOptions(args);
  installDependencies(projectRoot);
  buildApp();
  const server = await serveFiles({
    directory: join(projectRoot, 'build', 'app'),
    host,
    port: port ?? defaultPort,
    onlyThisPort: port !== undefined,
  });
  console.log(
    `\nPartita is at ${addressesOf(server.url, networkInterfaces()).join('\n           and ')}\nStop it with Ctrl+C.`,
  );
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => void server.close().then(() => process.exit(0)));
  }
}

/**
 * Where a server is for others: one that listens on all addresses of this machine is found at each of them.
 * @param {string} url
 * @param {ReturnType<typeof networkInterfaces>} interfaces
 */
export function addressesOf(url, interfaces) {
  if (new URL(url).hostname !== '0.0.0.0') return [url];
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => url.replace('0.0.0.0', address));
}

/**
 * @param {string[]} args
 * @returns {{ host: string, port: number | undefined }} port undefined: any free one from the default on
 */
function readOptions(args) {
  const { values } = parseArgs({ args, options: { host: { type: 'string' }, port: { type: 'string' } } });
  if (values.port === undefined) return { host: values.host ?? '127.0.0.1', port: undefined };
  const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port >= 0 && port <= 65_535)) {
    throw new Error(`--port is ${values.port}, but a number from 0 to 65535 was expected.`);
  }
  return { host: values.host ?? '127.0.0.1', port };
}
