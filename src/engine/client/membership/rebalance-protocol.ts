import { KafkaError } from '../../protocol/kafka-error.js';
import type { Assignor, RebalanceProtocol } from '../assignors/assignor.js';

/** The best protocol that all assignors work with (KIP-429). Throws INVALID_CONFIG where there is none, or no assignor. */
export function commonProtocol(assignors: readonly Assignor[]): RebalanceProtocol {
  const common = (['cooperative', 'eager'] as const).find((protocol) =>
    assignors.every(({ protocols }) => protocols.includes(protocol)),
  );
  if (common !== undefined && assignors.length > 0) return common;
  const found = assignors.map(({ name, protocols }) => `${name} (${protocols.join(', ')})`).join(', ') || 'none';
  throw new KafkaError(
    'INVALID_CONFIG',
    `The assignors have no rebalance protocol in common: ${found}. Give partitionAssigners that share one.`,
  );
}
