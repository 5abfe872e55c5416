// @ts-check
import { createReadStream, readFileSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';
import { headerPolicy } from './content-security-policy.mjs';

/** How many ports after the first are tried when it is taken. */
const portsToTry = 50;

/**
 * What `partita serve` answers with too. Read as a file: Node 20 imports JSON only with a warning.
 * @type {{ contentTypes: Record<string, string>, security: Record<string, string>, hashedAssets: string }}
 */
const pageHeaders = JSON.parse(
  readFileSync(new URL('../src/engine/platform/node/page-headers.json', import.meta.url), 'utf8'),
);

const securityHeaders = { ...pageHeaders.security, 'Content-Security-Policy': headerPolicy };

/**
 * @typedef {object} StaticServer
 * @property {string} url where it answers, with a slash at the end
 * @property {() => Promise<void>} close ends open connections too
 */

/**
 * Serves the files of `directory`, nothing above it and no listing. A file whose name carries a hash (`assets/`) may be
 * cached for ever, everything else is asked for again each time. `port` 0 is any free one; if `port` is taken the next
 * ones are tried, unless `onlyThisPort`.
 * @param {{ directory: string, host?: string, port?: number, onlyThisPort?: boolean }} options
 * @returns {Promise<StaticServer>}
 */
export async function serveFiles({ directory, host = '127.0.0.1', port = 0, onlyThisPort = false }) {
  const root = await realpath(directory);
  const server = createServer((request, response) => {
    answer(root, request, response).catch((/** @type {unknown} */ error) => {
      console.error(`${request.method} ${request.url}:`, error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'The server failed to read this file.');
    });
  });
  const lastPort = onlyThisPort || port === 0 ? port : Math.min(port + portsToTry, 65_535);
  await listen(server, host, port, lastPort);
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shownHost}:${address.port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import('node:http').Server} server
 * @param {string} host
 * @param {number} port
 * @param {number} lastPort
 * @returns {Promise<void>}
 */
async function listen(server, host, port, lastPort) {
  for (let candidate = port; ; candidate++) {
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(candidate, host, () => {
          server.off('error', reject);
          resolve(undefined);
        });
      });
      return;
    } catch (error) {
      const isTaken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      if (!isTaken) throw error;
      if (candidate >= lastPort) {
        const tried = port === lastPort ? `Port ${port} is` : `Ports ${port} to ${lastPort} are`;
        throw new Error(`${tried} in use on ${host}. Choose another with --port.`, { cause: error });
      }
    }
  }
}

/**
 * @param {string} root
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(root, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    refuse(response, 405, 'Only GET and HEAD are answered here.');
    return;
  }
  const path = pathOf(request.url ?? '/');
  if (path === undefined) {
    refuse(response, 400, 'This address is malformed.');
    return;
  }
  const file = await fileAt(root, path);
  if (file === undefined) {
    refuse(response, 404, 'There is nothing at this address.');
    return;
  }
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': pageHeaders.contentTypes[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': file.size,
    'Cache-Control': path.startsWith('/assets/') ? pageHeaders.hashedAssets : 'no-cache',
  });
  if (request.method === 'HEAD' || file.size === 0) {
    response.end();
    return;
  }
  const stream = createReadStream(file.path, { end: file.size - 1 });
  stream.on('error', () => response.destroy());
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

/**
 * The decoded path of a request target, or undefined if it is no path at all.
 * @param {string} target
 * @returns {string | undefined}
 */
function pathOf(target) {
  const end = target.search(/[?#]/);
  try {
    const path = decodeURIComponent(end === -1 ? target : target.slice(0, end));
    return path.startsWith('/') && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined; // a stray % sign
  }
}

/**
 * The file that `path` names, if it lies inside `root` after links and `..` have been followed.
 * @param {string} root
 * @param {string} path
 * @returns {Promise<{ path: string, size: number } | undefined>}
 */
async function fileAt(root, path) {
  const named = join(root, path.endsWith('/') ? `${path}index.html` : path);
  if (!named.startsWith(root + sep)) return undefined;
  try {
    const real = await realpath(named);
    if (!real.startsWith(root + sep)) return undefined;
    const status = await stat(real);
    return status.isFile() ? { path: real, size: status.size } : undefined;
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES'].includes(code)) return undefined;
    throw error;
  }
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {string} message
 */
function refuse(response, status, message) {
  response.writeHead(status, {
    ...securityHeaders,
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-cache',
  });
  response.end(`${message}\n`);
}
