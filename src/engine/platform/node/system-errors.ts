import { StorageError } from '../../environment/storage.js';

/** What the operating system said, as an error of the storage that says what to do. */
export function storageErrorOf(error: unknown, where: string): StorageError {
  if (error instanceof StorageError) return error;
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StorageError('full', `There is no space left for ${where}. Make room, or let retention delete more.`, {
      cause: error,
      isOfSomeFiles: true,
    });
  const advice =
    code === 'EMFILE' || code === 'ENFILE'
      ? ' Too many files are open: raise the limit (ulimit -n).'
      : code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
        ? ' Give this process the right to write there.'
        : code === 'EEXIST' || code === 'ENOTDIR'
          ? ' A directory is expected there.'
          : '';
  return new StorageError('io', `${where}: ${message}.${advice}`, { cause: error, isOfSomeFiles: true });
}
