import { openSync, closeSync, readSync } from 'node:fs';

const systemSource = '/dev/urandom';

/**
 * So many bytes that nobody can guess. From the system itself where it has a file for that: `node:crypto` asks the same source, and takes milliseconds to load, which a broker that
 * starts does not have.
 */
export function randomBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  try {
    const source = openSync(systemSource, 'r');
    try {
      if (readSync(source, bytes, 0, count, null) === count) return bytes;
    } finally {
      closeSync(source);
    }
  } catch {
    // There is no such file here.
  }
  return process.getBuiltinModule('node:crypto').randomBytes(count);
}
