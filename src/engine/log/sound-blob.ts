import { StorageError, type Storage } from '../environment/storage.js';

/** A blob that can be made anew from the log; undefined if it is not there, or damaged. */
export async function readSoundBlob(storage: Storage, name: string): Promise<Uint8Array | undefined> {
  try {
    return await storage.readBlob(name);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'corrupt') return undefined;
    throw error;
  }
}
