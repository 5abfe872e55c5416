import { StreamsError, type StreamsErrorName } from '../../streams-error.js';

/** What an instance tells its group's leader when it joins. */
export interface SubscriptionData {
  /** The tasks whose state it has beside those that it runs. */
  readonly standby: readonly string[];
  /** Where others find it (`application.server`); `null` if it does not say. */
  readonly server: string | null;
  /** Whether it wants the whole application to end. */
  readonly wantsShutdown: boolean;
}

/** What the leader tells an instance besides its partitions. */
export interface AssignmentData {
  readonly standby: readonly string[];
  /** Of every instance of the application: what it runs from now on. */
  readonly clients: readonly ClientTasks[];
  /** Why there is no assignment: the application fails with it everywhere. `ShutdownRequested` if an instance wants that. */
  readonly error: { readonly name: StreamsErrorName; readonly message: string } | null;
}

export interface ClientTasks {
  readonly memberId: string;
  readonly server: string | null;
  readonly active: readonly string[];
  readonly standby: readonly string[];
}

const version = 1;
const utf8 = new TextEncoder();

/** As JSON with a version; Kafka's own form is another, and the assignor's name too, so that they are not taken for each other. */
export function encodeSubscriptionData(data: SubscriptionData): Uint8Array {
  return utf8.encode(JSON.stringify({ version, ...data }));
}

export function encodeAssignmentData(data: AssignmentData): Uint8Array {
  return utf8.encode(JSON.stringify({ version, ...data }));
}

/** @throws StreamsError IllegalStateException if it is of a later version */
export function decodeSubscriptionData(bytes: Uint8Array | null): SubscriptionData {
  if (bytes === null) return { standby: [], server: null, wantsShutdown: false };
  const { standby, server, wantsShutdown } = decoded(bytes) as unknown as SubscriptionData;
  return { standby, server, wantsShutdown };
}

/** @throws StreamsError IllegalStateException if it is of a later version */
export function decodeAssignmentData(bytes: Uint8Array | null): AssignmentData {
  if (bytes === null) return { standby: [], clients: [], error: null };
  const { standby, clients, error } = decoded(bytes) as unknown as AssignmentData;
  return { standby, clients, error };
}

function decoded(bytes: Uint8Array): { readonly version: number } {
  const data = JSON.parse(new TextDecoder().decode(bytes)) as { readonly version: number };
  if (data.version === version) return data;
  throw new StreamsError(
    'IllegalStateException',
    `An instance of the application speaks version ${data.version} of its group's protocol, this one version ${version}. Update all instances.`,
  );
}
