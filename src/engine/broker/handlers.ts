import type { ApiName } from '../protocol/apis.js';
import { handleProduce } from './00-produce.js';
import { handleFetch } from './01-fetch.js';
import { handleListOffsets } from './02-list-offsets.js';
import { handleMetadata } from './03-metadata.js';
import { handleOffsetCommit } from './08-offset-commit.js';
import { handleOffsetFetch } from './09-offset-fetch.js';
import { handleFindCoordinator } from './10-find-coordinator.js';
import { handleJoinGroup } from './11-join-group.js';
import { handleHeartbeat } from './12-heartbeat.js';
import { handleLeaveGroup } from './13-leave-group.js';
import { handleSyncGroup } from './14-sync-group.js';
import { handleDescribeGroups } from './15-describe-groups.js';
import { handleListGroups } from './16-list-groups.js';
import { handleSaslHandshake } from './17-sasl-handshake.js';
import { apiVersionsHandler } from './18-api-versions.js';
import { handleCreateTopics } from './19-create-topics.js';
import { handleDeleteTopics } from './20-delete-topics.js';
import { handleDeleteRecords } from './21-delete-records.js';
import { handleInitProducerId } from './22-init-producer-id.js';
import { handleOffsetForLeaderEpoch } from './23-offset-for-leader-epoch.js';
import { handleDescribeAcls } from './29-describe-acls.js';
import { handleCreateAcls } from './30-create-acls.js';
import { handleDeleteAcls } from './31-delete-acls.js';
import { handleDescribeConfigs } from './32-describe-configs.js';
import { handleAlterConfigs } from './33-alter-configs.js';
import { handleDescribeLogDirs } from './35-describe-log-dirs.js';
import { handleSaslAuthenticate } from './36-sasl-authenticate.js';
import { handleCreatePartitions } from './37-create-partitions.js';
import { handleDeleteGroups } from './42-delete-groups.js';
import { handleElectLeaders } from './43-elect-leaders.js';
import { handleIncrementalAlterConfigs } from './44-incremental-alter-configs.js';
import { handleAlterPartitionReassignments } from './45-alter-partition-reassignments.js';
import { handleListPartitionReassignments } from './46-list-partition-reassignments.js';
import { handleOffsetDelete } from './47-offset-delete.js';
import { handleDescribeCluster } from './60-describe-cluster.js';
import { handleDescribeProducers } from './61-describe-producers.js';
import { handleConsumerGroupHeartbeat } from './68-consumer-group-heartbeat.js';
import { handleConsumerGroupDescribe } from './69-consumer-group-describe.js';
import { handleListConfigResources } from './74-list-config-resources.js';
import { handleDescribeTopicPartitions } from './75-describe-topic-partitions.js';
import type { Handler } from './handler.js';

const others = {
  Produce: handleProduce,
  Fetch: handleFetch,
  ListOffsets: handleListOffsets,
  Metadata: handleMetadata,
  OffsetCommit: handleOffsetCommit,
  OffsetFetch: handleOffsetFetch,
  FindCoordinator: handleFindCoordinator,
  JoinGroup: handleJoinGroup,
  Heartbeat: handleHeartbeat,
  LeaveGroup: handleLeaveGroup,
  SyncGroup: handleSyncGroup,
  DescribeGroups: handleDescribeGroups,
  ListGroups: handleListGroups,
  SaslHandshake: handleSaslHandshake,
  CreateTopics: handleCreateTopics,
  DeleteTopics: handleDeleteTopics,
  DeleteRecords: handleDeleteRecords,
  InitProducerId: handleInitProducerId,
  OffsetForLeaderEpoch: handleOffsetForLeaderEpoch,
  DescribeAcls: handleDescribeAcls,
  CreateAcls: handleCreateAcls,
  DeleteAcls: handleDeleteAcls,
  DescribeConfigs: handleDescribeConfigs,
  AlterConfigs: handleAlterConfigs,
  DescribeLogDirs: handleDescribeLogDirs,
  SaslAuthenticate: handleSaslAuthenticate,
  CreatePartitions: handleCreatePartitions,
  DeleteGroups: handleDeleteGroups,
  ElectLeaders: handleElectLeaders,
  IncrementalAlterConfigs: handleIncrementalAlterConfigs,
  AlterPartitionReassignments: handleAlterPartitionReassignments,
  ListPartitionReassignments: handleListPartitionReassignments,
  OffsetDelete: handleOffsetDelete,
  DescribeCluster: handleDescribeCluster,
  DescribeProducers: handleDescribeProducers,
  ConsumerGroupHeartbeat: handleConsumerGroupHeartbeat,
  ConsumerGroupDescribe: handleConsumerGroupDescribe,
  ListConfigResources: handleListConfigResources,
  DescribeTopicPartitions: handleDescribeTopicPartitions,
} satisfies { [Api in ApiName]?: Handler<Api> };

/** The APIs that this broker serves: what is not here gets UNSUPPORTED_VERSION. */
export const servedApis: readonly ApiName[] = [...(Object.keys(others) as ApiName[]), 'ApiVersions'];

/** Who answers which API. */
export const handlers: { readonly [Api in ApiName]?: Handler<Api> } = {
  ...others,
  ApiVersions: apiVersionsHandler(servedApis),
};
