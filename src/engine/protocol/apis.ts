import { produce } from './apis/00-produce.js';
import { fetch } from './apis/01-fetch.js';
import { listOffsets } from './apis/02-list-offsets.js';
import { metadata } from './apis/03-metadata.js';
import { offsetCommit } from './apis/08-offset-commit.js';
import { offsetFetch } from './apis/09-offset-fetch.js';
import { findCoordinator } from './apis/10-find-coordinator.js';
import { joinGroup } from './apis/11-join-group.js';
import { heartbeat } from './apis/12-heartbeat.js';
import { leaveGroup } from './apis/13-leave-group.js';
import { syncGroup } from './apis/14-sync-group.js';
import { describeGroups } from './apis/15-describe-groups.js';
import { listGroups } from './apis/16-list-groups.js';
import { saslHandshake } from './apis/17-sasl-handshake.js';
import { apiVersions } from './apis/18-api-versions.js';
import { createTopics } from './apis/19-create-topics.js';
import { deleteTopics } from './apis/20-delete-topics.js';
import { deleteRecords } from './apis/21-delete-records.js';
import { initProducerId } from './apis/22-init-producer-id.js';
import { offsetForLeaderEpoch } from './apis/23-offset-for-leader-epoch.js';
import { describeAcls } from './apis/29-describe-acls.js';
import { createAcls } from './apis/30-create-acls.js';
import { deleteAcls } from './apis/31-delete-acls.js';
import { describeConfigs } from './apis/32-describe-configs.js';
import { alterConfigs } from './apis/33-alter-configs.js';
import { describeLogDirs } from './apis/35-describe-log-dirs.js';
import { saslAuthenticate } from './apis/36-sasl-authenticate.js';
import { createPartitions } from './apis/37-create-partitions.js';
import { deleteGroups } from './apis/42-delete-groups.js';
import { electLeaders } from './apis/43-elect-leaders.js';
import { incrementalAlterConfigs } from './apis/44-incremental-alter-configs.js';
import { alterPartitionReassignments } from './apis/45-alter-partition-reassignments.js';
import { listPartitionReassignments } from './apis/46-list-partition-reassignments.js';
import { offsetDelete } from './apis/47-offset-delete.js';
import { describeCluster } from './apis/60-describe-cluster.js';
import { describeProducers } from './apis/61-describe-producers.js';
import { consumerGroupHeartbeat } from './apis/68-consumer-group-heartbeat.js';
import { consumerGroupDescribe } from './apis/69-consumer-group-describe.js';
import { listConfigResources } from './apis/74-list-config-resources.js';
import { describeTopicPartitions } from './apis/75-describe-topic-partitions.js';
import type { Complete, Given } from './schema.js';
import { completed } from './message-values.js';

/** Kafka's APIs by name: the ones that exist here. */
export const apis = {
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Metadata: metadata,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  FindCoordinator: findCoordinator,
  JoinGroup: joinGroup,
  Heartbeat: heartbeat,
  LeaveGroup: leaveGroup,
  SyncGroup: syncGroup,
  DescribeGroups: describeGroups,
  ListGroups: listGroups,
  SaslHandshake: saslHandshake,
  ApiVersions: apiVersions,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  DeleteRecords: deleteRecords,
  InitProducerId: initProducerId,
  OffsetForLeaderEpoch: offsetForLeaderEpoch,
  DescribeAcls: describeAcls,
  CreateAcls: createAcls,
  DeleteAcls: deleteAcls,
  DescribeConfigs: describeConfigs,
  AlterConfigs: alterConfigs,
  DescribeLogDirs: describeLogDirs,
  SaslAuthenticate: saslAuthenticate,
  CreatePartitions: createPartitions,
  DeleteGroups: deleteGroups,
  ElectLeaders: electLeaders,
  IncrementalAlterConfigs: incrementalAlterConfigs,
  AlterPartitionReassignments: alterPartitionReassignments,
  ListPartitionReassignments: listPartitionReassignments,
  OffsetDelete: offsetDelete,
  DescribeCluster: describeCluster,
  DescribeProducers: describeProducers,
  ConsumerGroupHeartbeat: consumerGroupHeartbeat,
  ConsumerGroupDescribe: consumerGroupDescribe,
  ListConfigResources: listConfigResources,
  DescribeTopicPartitions: describeTopicPartitions,
} as const;

type Apis = typeof apis;

export type ApiName = keyof Apis;

/** A request as a caller writes it: fields that have a default may be left out. */
export type RequestOf<Api extends ApiName> = Given<Apis[Api]['request']['fields']>;

/** A request as a handler sees it: every field is there. */
export type CompleteRequestOf<Api extends ApiName> = Complete<Apis[Api]['request']['fields']>;

/** A response, every field of all versions there; fields that the version lacks have their defaults. */
export type ResponseOf<Api extends ApiName> = Complete<Apis[Api]['response']['fields']>;

/** A response as a handler may write it: fields that have a default may be left out. */
export type GivenResponseOf<Api extends ApiName> = Given<Apis[Api]['response']['fields']>;

/** Fills in the defaults of what the caller left out. Nothing is copied that is complete already: bytes are shared. */
export function completeRequest<Api extends ApiName>(api: Api, request: RequestOf<Api>): CompleteRequestOf<Api> {
  return completed(apis[api].request.fields, request) as CompleteRequestOf<Api>;
}

/** Fills in the defaults of what the handler left out. Bytes are shared. */
export function completeResponse<Api extends ApiName>(api: Api, response: GivenResponseOf<Api>): ResponseOf<Api> {
  return completed(apis[api].response.fields, response) as ResponseOf<Api>;
}

/** The API with this key, or undefined. */
export function apiByKey(key: number): Apis[ApiName] | undefined {
  return byKey.get(key);
}

const byKey = new Map<number, Apis[ApiName]>(Object.values(apis).map((api) => [api.key, api]));
