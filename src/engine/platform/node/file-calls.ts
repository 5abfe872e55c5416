import {
  close,
  fsync,
  ftruncate,
  futimes,
  mkdir,
  open,
  read,
  readdir,
  readFile,
  rename,
  rmdir,
  stat,
  unlink,
  write,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { monotonicMs } from './monotonic-clock.js';

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
  /** What a directory holds. What goes while it is looked at may be left out. */
  list(path: string): Promise<readonly DirectoryEntry[]>;
  readWhole(path: string): Promise<Uint8Array>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly size: number;
  readonly modifiedAt: number;
}

/**
 * A write of up to so many bytes ends in the system's memory, in less time than another thread takes to begin with it.
 * Where the system makes writers wait for its disk, that is left to other threads again for a while.
 */
const smallBytes = 64 * 1024;
const longMs = 2;
const patienceMs = 1_000;
let patientUntil = 0;

/** The operating system itself. */
export const systemCalls: FileCalls = {
  open: (path, flags) => answered((done) => open(path, flags, 0o600, done)),
  close: (descriptor) => answered((done) => close(descriptor, done)),
  read: (descriptor, into, position) => answered((done) => read(descriptor, into, 0, into.length, position, done)),
  write: (descriptor, bytes, position) =>
    bytes.length <= smallBytes && monotonicMs() >= patientUntil
      ? writtenAtOnce(descriptor, bytes, position)
      : answered((done) => write(descriptor, bytes, 0, bytes.length, position, done)),
  truncate: (descriptor, size) => answered((done) => ftruncate(descriptor, size, done)),
  sync: (descriptor) => answered((done) => fsync(descriptor, done)),
  setModified: (descriptor, at) => answered((done) => futimes(descriptor, at / 1000, at / 1000, done)),
  rename: (from, to) => answered((done) => rename(from, to, done)),
  unlink: (path) => answered((done) => unlink(path, done)),
  makeDirectory: (path) => answered((done) => mkdir(path, { mode: 0o700 }, done)),
  removeDirectory: (path) => answered((done) => rmdir(path, done)),
  list: async (path) => {
    const names = await answered<string[]>((done) => readdir(path, done));
    return (await Promise.all(names.map((name) => entryOf(path, name)))).filter((entry) => entry !== undefined);
  },
  readWhole: (path) => answered<Uint8Array>((done) => readFile(path, done)),
};

/** What a call of Node's answers by its callback. */
function answered<Value = void>(ask: (done: (error: Error | null, value: Value) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => ask((error, value) => (error === null ? resolve(value) : reject(error))));
}

async function entryOf(path: string, name: string): Promise<DirectoryEntry | undefined> {
  try {
    const found = await answered<Stats>((done) => stat(`${path}/${name}`, done));
    return { name, isDirectory: found.isDirectory(), size: found.size, modifiedAt: Math.round(found.mtimeMs) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ELOOP: a symbolic link that leads to itself, and so to nothing.
    if (code === 'ENOENT' || code === 'ELOOP') return undefined;
    throw error;
  }
}

async function writtenAtOnce(descriptor: number, bytes: Uint8Array, position: number): Promise<number> {
  const began = monotonicMs();
  const count = writeSync(descriptor, bytes, 0, bytes.length, position);
  const ended = monotonicMs();
  if (ended - began > longMs) patientUntil = ended + patienceMs;
  return count;
}
