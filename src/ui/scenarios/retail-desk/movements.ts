import type { RunRecord } from '../../../engine/scenario/run-spec.js';
import type { StreamsRunSpec } from '../../../engine/scenario/streams-run-spec.js';

/** A learner's own movements of stock: the key tells a sale from a shipment, the value is what the topic gets. */
export type MovementKind = 'sale' | 'shipment';

/** The topic that a kind of movement is sent to. */
export const topicOfMovement: Readonly<Record<MovementKind, string>> = { sale: 'sales', shipment: 'shipments' };

/** The movements that a spec sends, as they were given to it; undefined if it sends none. */
export function movementsOf({ script }: StreamsRunSpec): readonly RunRecord[] | undefined {
  const movements = script.flatMap((step): RunRecord[] => {
    if (step.does !== 'send' || step.value === null) return [];
    if (step.topic === topicOfMovement.sale) return [{ key: 'sale', value: step.value }];
    return step.topic === topicOfMovement.shipment ? [{ key: 'shipment', value: step.value }] : [];
  });
  return movements.length === 0 ? undefined : movements;
}
