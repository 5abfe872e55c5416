import { expect, it } from 'vitest';
import { handleInitProducerId } from '../../../src/engine/broker/22-init-producer-id.js';
import type { BrokerServices, Incoming } from '../../../src/engine/broker/handler.js';
import { ProducerIdManager } from '../../../src/engine/broker/producer-id-manager.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { StorageError } from '../../../src/engine/environment/storage.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';

it('has a producer ask again while there is no block of ids to give from', async () => {
  const storage = new MemoryStorage();
  const commit = storage.commit.bind(storage);
  const needs: unknown[] = [];
  storage.commit = (_writes, _durability, need) => {
    needs.push(need);
    return Promise.reject(new StorageError('full', 'There is no space.'));
  };
  const services = { producerIds: new ProducerIdManager(storage) } as unknown as BrokerServices;
  const request = {
    transactionalId: null,
    transactionTimeoutMs: 0,
    producerId: -1n,
    producerEpoch: -1,
    enable2Pc: false,
    keepPreparedTxn: false,
  };
  const ask = async () => handleInitProducerId(services, { request } as unknown as Incoming<'InitProducerId'>);
  expect(await ask()).toMatchObject({ errorCode: errorCode('COORDINATOR_LOAD_IN_PROGRESS'), producerId: -1n });
  // What little it is may take from the reserve.
  expect(needs).toEqual(['essential']);
  storage.commit = commit;
  expect(await ask()).toMatchObject({ errorCode: 0, producerId: 0n, producerEpoch: 0 });
});
