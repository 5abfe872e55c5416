import type { Fields, MessageSchema, VersionRange, Versions } from './schema.js';
import { versionRange } from './schema.js';

/** One of Kafka's APIs: its key, the versions there are, and the tables of its request and response. */
export interface Api<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number;
  readonly name: string;
  readonly validVersions: VersionRange;
  /** The first version with compact lengths and tagged fields; null: none has them. */
  readonly flexibleFrom: number | null;
  /** What a broker says in ApiVersions: mostly `validVersions`, without a last version that is not stable yet. */
  readonly advertisedVersions: VersionRange;
  readonly request: MessageSchema<Request>;
  readonly response: MessageSchema<Response>;
}

/** Declares an API. Its tables are made when they are first asked for: a broker that starts needs few of them. */
export function defineApi<Request extends Fields, Response extends Fields>(declared: {
  key: number;
  name: string;
  validVersions: Versions;
  flexibleFrom: number | null;
  advertisedVersions?: Versions;
  request: () => Request;
  response: () => Response;
}): Api<Request, Response> {
  const { key, name, flexibleFrom } = declared;
  const validVersions = versionRange(declared.validVersions);
  let request: MessageSchema<Request> | undefined;
  let response: MessageSchema<Response> | undefined;
  return {
    key,
    name,
    validVersions,
    flexibleFrom,
    advertisedVersions: versionRange(declared.advertisedVersions ?? declared.validVersions),
    get request() {
      return (request ??= { name: `${name}Request`, validVersions, flexibleFrom, fields: declared.request() });
    },
    get response() {
      return (response ??= { name: `${name}Response`, validVersions, flexibleFrom, fields: declared.response() });
    },
  };
}
