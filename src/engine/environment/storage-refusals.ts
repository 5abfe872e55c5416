import { StorageError } from './storage.js';

/** What every storage says, word for word, when it is closed. */
export function storageClosed(): StorageError {
  return new StorageError('closed', 'This storage is closed. Open it again.');
}

/** What a storage says of what can be opened several times within one process. */
export function storageFenced(): StorageError {
  return new StorageError('fenced', 'Another has opened this storage for writing. Open it again to take over.');
}

export function noSuchFile(file: string, to: 'read' | 'truncate'): StorageError {
  return new StorageError('not-found', `There is no file ${file} to ${to}.`);
}

/** The writer takes a file for longer or shorter than it is; sizes in bytes. */
export function sizeConflict(file: string, found: number, expected: number): StorageError {
  return new StorageError(
    'conflict',
    `${file} has ${found} bytes, but the write expects ${expected}. Read its size again before writing.`,
  );
}
