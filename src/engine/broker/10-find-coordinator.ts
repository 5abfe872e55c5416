/**
 * FindCoordinator v0-6. This broker coordinates every group; the topic of offsets is made when the first group is asked for.
 * Left out: transactions (key type 1) and share groups (2), which get UNSUPPORTED_VERSION and INVALID_REQUEST. A coordinator that is not available would be asked for again and again.
 */
import { errorByName, type ErrorName } from '../protocol/errors.js';
import type { BrokerServices, Handler } from './handler.js';

const groupKeyType = 0;
const transactionKeyType = 1;
const shareKeyType = 2;

const refusals: ReadonlyMap<number, ErrorName> = new Map([
  [groupKeyType, 'COORDINATOR_NOT_AVAILABLE'],
  [transactionKeyType, 'UNSUPPORTED_VERSION'],
]);

export const handleFindCoordinator: Handler<'FindCoordinator'> = async (services, { context, version, request }) => {
  if (version >= 4) {
    const found = await coordinator(services, request.keyType, context.requestId, true);
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...found })) };
  }
  return coordinator(services, request.keyType, context.requestId, false);
};

async function coordinator(services: BrokerServices, keyType: number, cause: string, isBatched: boolean) {
  if (keyType === groupKeyType) {
    const { host, port } = services.advertised;
    // Kafka's single answers say "NONE", its batched ones nothing.
    if (await services.groups.isReady(cause))
      return { errorCode: 0, errorMessage: isBatched ? '' : 'NONE', nodeId: services.nodeId, host, port };
  }
  const { code, message } = errorByName(refusals.get(keyType) ?? 'INVALID_REQUEST');
  const texts = new Map([
    [transactionKeyType, 'Partita has no transactions yet. Produce without a transactional id.'],
    [shareKeyType, isBatched ? '' : message],
  ]);
  return { errorCode: code, errorMessage: texts.get(keyType) ?? message, nodeId: -1, host: '', port: -1 };
}
