import { readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import pageHeaders from './page-headers.json';

// In JSON, so that the scripts that serve a page before anything is built read the same.
const contentTypes: Readonly<Record<string, string>> = pageHeaders.contentTypes;

/** The page brings its own policy; that nobody may frame it only a header can say. */
const headers = {
  ...pageHeaders.security,
  'Content-Security-Policy': "frame-ancestors 'none'",
};

/** The files of a built page, read once: what is asked for is one of them by its exact name, so that no name leads anywhere else. */
export class PageFiles {
  private constructor(private readonly files: ReadonlyMap<string, Buffer>) {}

  /** Throws if the folder is not there. */
  static read(directory: string): PageFiles {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new PageFiles(
      new Map(
        entries.map(({ parentPath, name }) => {
          const path = join(parentPath, name);
          return [path.slice(directory.length).split(sep).join('/').replace(/^\/*/, '/'), readFileSync(path)];
        }),
      ),
    );
  }

  readonly answer = ({ method, url = '/' }: IncomingMessage, response: ServerResponse): void => {
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD are answered here.');
    const path = url.replace(/[?#].*$/, '');
    const name = path === '/' ? '/index.html' : path;
    const bytes = this.files.get(name);
    if (bytes === undefined) return refuse(response, 404, 'There is nothing at this address.');
    response.writeHead(200, {
      ...headers,
      'Content-Type': contentTypes[extname(name)] ?? 'application/octet-stream',
      'Content-Length': bytes.length,
      'Cache-Control': name.startsWith('/assets/') ? pageHeaders.hashedAssets : 'no-cache',
    });
    response.end(method === 'HEAD' ? undefined : bytes);
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
  response.end(`${message}\n`);
}
