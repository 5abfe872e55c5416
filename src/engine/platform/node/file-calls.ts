import * as fs from 'node:fs';
import { promisify } from 'node:util';

/** What the file storage asks of the operating system, one method a call, so that a test can make each of them fail. */
export interface FileCalls {
  open(path: string, flags: string): Promise<number>;
  close(descriptor: number): Promise<void>;
  /** Bytes read: fewer than wanted only at the end of the file. */
  read(descriptor: number, into: Uint8Array, position: number): Promise<number>;
  /** Bytes written: may be fewer than given. */
  write(descriptor: number, bytes: Uint8Array, position: number): Promise<number>;
  truncate(descriptor: number, size: number): Promise<void>;
  /** Resolves when what was written to the file, or to the entries of a directory, survives the loss of power. */
  sync(descriptor: number): Promise<void>;
  setModified(descriptor: number, at: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  list(path: string): Promise<readonly DirectoryEntry[]>;
  readWhole(path: string): Promise<Uint8Array>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly size: number;
  readonly modifiedAt: number;
}

const [open, close, fsync, ftruncate, futimes, rename, unlink, mkdir, rmdir, readdir, stat, readFile] = [
  promisify(fs.open),
  promisify(fs.close),
  promisify(fs.fsync),
  promisify(fs.ftruncate),
  promisify(fs.futimes),
  promisify(fs.rename),
  promisify(fs.unlink),
  promisify(fs.mkdir),
  promisify(fs.rmdir),
  promisify(fs.readdir),
  promisify(fs.stat),
  promisify(fs.readFile),
] as const;

/** The operating system itself. */
export const systemCalls: FileCalls = {
  open: (path, flags) => open(path, flags, 0o600),
  close: (descriptor) => close(descriptor),
  read: (descriptor, into, position) =>
    new Promise((resolve, reject) => {
      fs.read(descriptor, into, 0, into.length, position, (error, count) => (error ? reject(error) : resolve(count)));
    }),
  write: (descriptor, bytes, position) =>
    new Promise((resolve, reject) => {
      fs.write(descriptor, bytes, 0, bytes.length, position, (error, count) =>
        error ? reject(error) : resolve(count),
      );
    }),
  truncate: (descriptor, size) => ftruncate(descriptor, size),
  sync: (descriptor) => fsync(descriptor),
  setModified: (descriptor, at) => futimes(descriptor, at / 1000, at / 1000),
  rename: (from, to) => rename(from, to),
  unlink: (path) => unlink(path),
  makeDirectory: (path) => mkdir(path, { mode: 0o700 }),
  removeDirectory: (path) => rmdir(path),
  list: async (path) =>
    Promise.all(
      (await readdir(path)).map(async (name) => {
        const found = await stat(`${path}/${name}`);
        return {
          name,
          isDirectory: found.isDirectory(),
          size: found.size,
          modifiedAt: Math.round(found.mtimeMs),
        };
      }),
    ),
  readWhole: (path) => readFile(path),
};
