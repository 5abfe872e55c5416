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
import { apiVersionsHandler } from './18-api-versions.js';
import { handleCreateTopics } from './19-create-topics.js';
import { handleDeleteTopics } from './20-delete-topics.js';
import { handleInitProducerId } from './22-init-producer-id.js';
import { handleDeleteRecords } from './21-delete-records.js';
import { handleOffsetForLeaderEpoch } from './23-offset-for-leader-epoch.js';
import { handleDescribeConfigs } from './32-describe-configs.js';
import { handleAlterConfigs } from './33-alter-configs.js';
import { handleCreatePartitions } from './37-create-partitions.js';
import { handleIncrementalAlterConfigs } from './44-incremental-alter-configs.js';
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
  CreateTopics: handleCreateTopics,
  DeleteTopics: handleDeleteTopics,
  InitProducerId: handleInitProducerId,
  DeleteRecords: handleDeleteRecords,
  OffsetForLeaderEpoch: handleOffsetForLeaderEpoch,
  DescribeConfigs: handleDescribeConfigs,
  AlterConfigs: handleAlterConfigs,
  CreatePartitions: handleCreatePartitions,
  IncrementalAlterConfigs: handleIncrementalAlterConfigs,
} satisfies { [Api in ApiName]?: Handler<Api> };

/** The APIs that this broker serves: what is not here gets UNSUPPORTED_VERSION. */
export const servedApis: readonly ApiName[] = [...(Object.keys(others) as ApiName[]), 'ApiVersions'];

/** Who answers which API. */
export const handlers: { readonly [Api in ApiName]?: Handler<Api> } = {
  ...others,
  ApiVersions: apiVersionsHandler(servedApis),
};
