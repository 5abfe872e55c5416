/**
 * ApiVersions v0-4. Lists the APIs that have a handler here, with the versions that are advertised for them. A version that does not exist is
 * answered in version 0 with UNSUPPORTED_VERSION and its own range (KIP-511); the broker sees to that. Client software names are checked.
 * Left out: features, of which none is finalized here.
 */
import type { ApiName } from '../protocol/apis.js';
import { apis } from '../protocol/apis.js';
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** The handler of ApiVersions for a broker that serves these APIs. */
export function apiVersionsHandler(served: readonly ApiName[]): Handler<'ApiVersions'> {
  const apiKeys = advertisedVersions(served);
  return (_services, { version, request }) => {
    const isNamed = softwareName.test(request.clientSoftwareName) && softwareName.test(request.clientSoftwareVersion);
    if (version >= 3 && !isNamed) return { errorCode: errorCode('INVALID_REQUEST'), apiKeys: [] };
    return { errorCode: 0, apiKeys };
  };
}

/** What is said about each API, by key. */
export function advertisedVersions(served: readonly ApiName[]) {
  return served
    .map((name) => apis[name])
    .map(({ key, advertisedVersions: { min, max } }) => ({ apiKey: key, minVersion: min, maxVersion: max }))
    .sort((left, right) => left.apiKey - right.apiKey);
}
