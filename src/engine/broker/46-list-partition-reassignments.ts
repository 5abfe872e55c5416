/** ListPartitionReassignments v0. There is one broker, so nothing is ever being moved. */
import type { Handler } from './handler.js';

export const handleListPartitionReassignments: Handler<'ListPartitionReassignments'> = () => ({
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
  topics: [],
});
