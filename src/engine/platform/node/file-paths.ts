import { StorageError } from '../../environment/storage.js';

/** Where the files and blobs of a storage lie below its directory. Kafka's names are kept; a file that is no `.log` gets an ending that tells it from blobs. */
const otherFile = '.data';

/** The path of a file. Throws `io` for a name that would lead elsewhere. */
export function filePath(name: string): string {
  checkName(name);
  return name.endsWith('.log') ? name : name + otherFile;
}

/** The path of a blob. Throws `io` for a name that would lead elsewhere, or to a file. */
export function blobPath(name: string): string {
  checkName(name);
  if (fileName(name) !== undefined || isTemporary(name))
    throw new StorageError('io', `A blob can't be called ${name}: that is the name of a file.`);
  return name;
}

/** The file that lies at a path; undefined for a blob. */
export function fileName(path: string): string | undefined {
  if (path.endsWith('.log')) return path;
  return path.endsWith(otherFile) ? path.slice(0, -otherFile.length) : undefined;
}

/** Half written: left by a crash, and good for nothing. */
export function isTemporary(path: string): boolean {
  return path.endsWith('.tmp');
}

/** A name for the new contents of what lies at a path. */
export function temporaryPath(path: string): string {
  return `${path}.tmp`;
}

/** The folder of a path, which fails as a whole; empty for the directory itself. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function checkName(name: string): void {
  const isPlain = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)?$/.test(name) && name.length <= 500;
  if (!isPlain || name.split('/').some((part) => part === '.' || part === '..' || part === '.lock'))
    throw new StorageError('io', `'${name}' can't be the name of a file or blob here.`);
}
