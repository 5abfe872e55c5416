import type { ArchivedGroup } from '../archive/manifest.js';
import type { Storage } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';

/** What an import is about to do, so that the next broker can take it back or go on with it. */
export interface ImportPlan {
  readonly topics: readonly { readonly name: string; readonly id: string; readonly partitions: number }[];
  readonly groups: readonly ArchivedGroup[];
}

const blobName = 'import';
const version = 1;

/**
 * The plan of the import that is under way. It is durable before the first byte of the import is put down. Whether the import has happened is told by the metadata
 * alone: its topics are there with their ids, or they are not.
 */
export class ImportJournal {
  constructor(private readonly storage: Storage) {}

  async read(): Promise<ImportPlan | undefined> {
    const bytes = await this.storage.readBlob(blobName);
    if (bytes === undefined) return undefined;
    const told = parsed(new TextDecoder().decode(bytes));
    if (told === undefined) return undefined;
    if (told.version !== version)
      throw new KafkaError(
        'KAFKA_STORAGE_ERROR',
        `An import was begun by another version of this code (${told.version}, this is ${version}) and is not finished. Open the log with that version.`,
      );
    return { topics: told.topics, groups: told.groups };
  }

  write(plan: ImportPlan): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify({ version, ...plan }));
    return this.storage.commit([{ kind: 'put-blob', name: blobName, bytes }], 'strict');
  }

  clear(): Promise<void> {
    return this.storage.commit([{ kind: 'delete-blob', name: blobName }], 'strict', 'essential');
  }
}

/** Damaged bytes tell nothing: the topics of that import are there or not, whatever it was going to do. */
function parsed(text: string): (ImportPlan & { readonly version: number }) | undefined {
  try {
    return JSON.parse(text) as ImportPlan & { readonly version: number };
  } catch {
    return undefined;
  }
}
