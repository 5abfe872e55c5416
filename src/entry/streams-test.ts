export {
  TopologyTestDriver,
  type TestedTopology,
  type TopologyTestDriverOptions,
} from '../engine/streams/driver/topology-test-driver.js';
export type { TestInputTopic, TestInputTopicOptions } from '../engine/streams/driver/test-input-topic.js';
export type { TestOutputTopic } from '../engine/streams/driver/test-output-topic.js';
export type { TestRecord } from '../engine/streams/driver/test-record.js';
