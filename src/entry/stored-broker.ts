import { statfs } from 'node:fs/promises';
import { Broker } from '../engine/broker/broker.js';
import type { Environment } from '../engine/environment/trace-events.js';
import { FileStorage } from '../engine/platform/node/file-storage.js';
import { clusterIdIn } from './node-broker.js';

/** Runs a broker that nobody can connect to on the logs in a directory, for as long as `use` takes. Rejects if another process has the directory. */
export async function withStoredBroker<Value>(
  environment: Environment,
  directory: string,
  use: (broker: Broker) => Promise<Value>,
): Promise<Value> {
  const storage = await FileStorage.open({ directory });
  try {
    const nodeId = 1;
    const clusterId = await clusterIdIn(storage, nodeId, undefined);
    const availableBytes = () => bytesFreeAt(directory);
    const broker = await Broker.start(environment, { storage, nodeId, clusterId, availableBytes });
    try {
      return await use(broker);
    } finally {
      await broker.stop();
    }
  } finally {
    await storage.close();
  }
}

/** How much a user without privileges may still write to the file system of that directory. */
export async function bytesFreeAt(directory: string): Promise<number | undefined> {
  const { bavail, bsize } = await statfs(directory);
  // Some file systems do not tell, and say 0.
  return bavail === 0 && bsize === 0 ? undefined : bavail * bsize;
}
