/** Kafka's numbers for what has configs (`ConfigResource.Type`). */
export const resourceTypes = { topic: 2, broker: 4, group: 32 } as const;
