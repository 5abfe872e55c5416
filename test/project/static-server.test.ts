import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headerPolicy } from '../../scripts/content-security-policy.mjs';
import { serveFiles, type StaticServer } from '../../scripts/static-server.mjs';

let folder: string;
let server: StaticServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'partita-server-'));
  const site = join(folder, 'site');
  await mkdir(join(site, 'assets'), { recursive: true });
  await mkdir(join(folder, 'site-next-door'));
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'site-next-door', 'secret.txt'), 'secret');
  await writeFile(join(site, 'index.html'), '<!doctype html><title>Home</title>');
  await writeFile(join(site, 'assets', 'main-1a2b3c.js'), 'export {};');
  await writeFile(join(site, 'assets', 'main-1a2b3c.css'), 'a{}');
  await writeFile(join(site, 'icon.svg'), '<svg/>');
  await writeFile(join(site, 'empty.txt'), '');
  await symlink(join(folder, 'secret.txt'), join(site, 'link.txt'));
  server = await serveFiles({ directory: site });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly header: (name: string) => string | undefined;
}

/** Sends `target` as it is: fetch would tidy the path away that these tests are about. */
function ask(target: string, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: target, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          body,
          header: (name) => response.headers[name]?.toString(),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('the server of the built app', () => {
  test('listens on the loopback address only', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/index.html?lang=zh', 'text/html; charset=utf-8'],
    ['/assets/main-1a2b3c.js', 'text/javascript; charset=utf-8'],
    ['/assets/main-1a2b3c.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml; charset=utf-8'],
    ['/empty.txt', 'text/plain; charset=utf-8'],
  ])('%s has the type %s', async (target, contentType) => {
    const answer = await ask(target);
    expect([answer.status, answer.header('content-type')]).toEqual([200, contentType]);
  });

  test('files with a hash in their name are cached for ever, the page is asked for again', async () => {
    expect((await ask('/assets/main-1a2b3c.js')).header('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await ask('/')).header('cache-control')).toBe('no-cache');
  });

  test('every answer carries the policy', async () => {
    for (const target of ['/', '/assets/main-1a2b3c.js', '/nothing']) {
      const answer = await ask(target);
      expect(answer.header('content-security-policy')).toBe(headerPolicy);
      expect(answer.header('x-content-type-options')).toBe('nosniff');
    }
  });

  test.each(['/nothing', '/assets/', '/assets', '/index.html/more', `/${'a'.repeat(5000)}`])(
    '%s is not there',
    async (target) => {
      expect((await ask(target)).status).toBe(404);
    },
  );

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsite-next-door/secret.txt',
    '/../site-next-door/secret.txt',
    '/..%5csecret.txt',
    '//../secret.txt',
    '/link.txt',
    'http://somewhere.else/secret.txt',
    '/%',
    '/index.html%00.txt',
  ])('%s gives nothing away', async (target) => {
    const answer = await ask(target);
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('secret');
  });

  test('HEAD has the headers and no body; other methods are refused', async () => {
    const head = await ask('/', 'HEAD');
    expect([head.status, head.body, head.header('content-length')]).toEqual([200, '', '34']);
    const posted = await ask('/', 'POST');
    expect([posted.status, posted.header('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('a port that is taken leads to the next one, unless no other will do', async () => {
    const port = Number(new URL(server.url).port);
    const next = await serveFiles({ directory: folder, port });
    expect(Number(new URL(next.url).port)).toBeGreaterThan(port);
    await next.close();
    await expect(serveFiles({ directory: folder, port, onlyThisPort: true })).rejects.toThrow(
      `Port ${port} is in use on 127.0.0.1. Choose another with --port.`,
    );
  });
});
