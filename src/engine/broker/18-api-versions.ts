/**
 * ApiVersions v0-4. Lists the APIs that have a handler here, with the versions that are advertised for them. A version that does not exist is
 * answered in version 0 with UNSUPPORTED_VERSION and its own range (KIP-511); the broker sees to that. Client software names are checked. From v3 on
 * the features of the cluster are told (KIP-584), those whose lowest level is 0 as supported from v4 on. Left out: features that wait for their APIs.
 */
import type { ApiName } from '../protocol/apis.js';
import { apis } from '../protocol/apis.js';
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

/** What a cluster of Kafka 4.3 has of the features that there are here. */
const features = [
  { name: 'eligible.leader.replicas.version', min: 0, max: 1, isFinalized: true },
  { name: 'group.version', min: 0, max: 1, isFinalized: true },
  { name: 'kraft.version', min: 0, max: 1, isFinalized: false },
  { name: 'metadata.version', min: 7, max: 30, isFinalized: true },
] as const;

const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** The handler of ApiVersions for a broker that serves these APIs. */
export function apiVersionsHandler(served: readonly ApiName[]): Handler<'ApiVersions'> {
  const apiKeys = advertisedVersions(served);
  return (services, { version, request }) => {
    const isNamed = softwareName.test(request.clientSoftwareName) && softwareName.test(request.clientSoftwareVersion);
    if (version >= 3 && !isNamed) return { errorCode: errorCode('INVALID_REQUEST'), apiKeys: [] };
    return {
      errorCode: 0,
      apiKeys,
      supportedFeatures: features
        .filter(({ min }) => version >= 4 || min > 0)
        .map(({ name, min, max }) => ({ name, minVersion: min, maxVersion: max })),
      finalizedFeaturesEpoch: BigInt(services.controller.metadataVersion),
      finalizedFeatures: features
        .filter(({ isFinalized }) => isFinalized)
        .map(({ name, max }) => ({ name, maxVersionLevel: max, minVersionLevel: max })),
    };
  };
}

/** What is said about each API, by key. */
export function advertisedVersions(served: readonly ApiName[]) {
  return served
    .map((name) => apis[name])
    .map(({ key, advertisedVersions: { min, max } }) => ({ apiKey: key, minVersion: min, maxVersion: max }))
    .sort((left, right) => left.apiKey - right.apiKey);
}
