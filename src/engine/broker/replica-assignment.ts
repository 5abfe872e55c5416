/** What is wrong with the brokers that somebody chose for a partition, in the words of Kafka's `ReplicationControlManager`. */
export function assignmentError(brokerIds: readonly number[], nodeId: number): string | undefined {
  const start = 'The manual partition assignment includes';
  if (brokerIds.length === 0) return `${start} an empty replica list.`;
  const sorted = [...brokerIds].sort((a, b) => a - b);
  for (const [index, id] of sorted.entries()) {
    if (id !== nodeId) return `${start} broker ${id}, but no such broker is registered.`;
    if (sorted[index - 1] === id) return `${start} the broker ${id} more than once.`;
  }
  return undefined;
}
