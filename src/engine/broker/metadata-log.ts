import type { Environment } from '../environment/trace-events.js';
import type { PartitionLog } from '../log/partition-log.js';
import { encodeBatch } from '../protocol/record-batch.js';
import type { MetadataLog } from './controller.js';
import { readAllRecords } from './log-records.js';

/** The cluster's metadata over the log of `__cluster_metadata-0`: records without keys, each change one batch, strictly durable. */
export function metadataLogOver(environment: Environment, log: PartitionLog): MetadataLog {
  return {
    append: async (values, cause) => {
      const timestamp = environment.clock.now();
      const bytes = encodeBatch({ records: values.map((value) => ({ key: null, value, timestamp })) });
      // Deletions, and settings that let records go sooner, must find room where there is none.
      await log.append(bytes, { durability: 'strict', need: 'essential', ...(cause !== undefined && { cause }) })
        .durable;
    },
    readAll: async () => {
      const values: Uint8Array[] = [];
      for await (const { value } of readAllRecords(log)) if (value !== null) values.push(value);
      return values;
    },
  };
}
