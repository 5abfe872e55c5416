import { servedApis } from '../../../src/engine/broker/handlers.js';
import { apis, type ApiName } from '../../../src/engine/protocol/apis.js';
import type { StructValue } from '../../../src/engine/protocol/message-values.js';
import { inProcess, type PlayedBroker, type PlayedConnection, type StartBroker } from './played-broker.js';
import { Bindings, requestFrom, responseJson, type Json, type Transcript, type TranscriptStep } from './transcript.js';

/** Longer than any answer in a transcript was waited for. */
const longestAnswerMs = 60_000;

interface Sent {
  readonly api: ApiName;
  readonly version: number;
  readonly settled: Promise<unknown>;
  outcome?: { readonly response: StructValue } | { readonly error: unknown };
}

/** Plays a transcript to a broker of its own on virtual time. Steps of APIs that the broker does not serve are left out. */
export class TranscriptPlayer {
  private readonly bindings = new Bindings();
  private readonly sent = new Map<string, Sent>();
  private readonly connections = new Map<string, PlayedConnection>();
  /** What differed from Kafka, in the order of the steps. */
  readonly differences: string[] = [];

  private constructor(private readonly broker: PlayedBroker) {}

  static async play(transcript: Transcript, start: StartBroker = inProcess): Promise<readonly string[]> {
    const config = Object.fromEntries(Object.entries(transcript.needs).map(([name, value]) => [name, setting(value)]));
    const broker = await start({ ...config, 'offsets.topic.num.partitions': 1 });
    const player = new TranscriptPlayer(broker);
    if (transcript.fresh !== true) await player.warmUp();
    for (const [index, step] of transcript.steps.entries()) {
      try {
        await player.step(step, index);
      } catch (error) {
        // What it misses an earlier answer should have brought: that is told first.
        player.differences.push(`step ${index}: ${String(error)}`);
        break;
      }
    }
    await broker.stop();
    return player.differences;
  }

  /** A broker that has been there for a while has its internal topics. */
  private async warmUp(): Promise<void> {
    const connection = await this.broker.connect();
    await connection.send(
      { api: 'FindCoordinator', version: 6, clientId: 'warm-up' },
      { keyType: 0, coordinatorKeys: ['g'] },
    );
    connection.close();
  }

  private async step(step: TranscriptStep, index: number): Promise<void> {
    if (step.send !== undefined) await this.send(step, step.send);
    else if (step.receive !== undefined) await this.receive(step, step.receive, index);
    else if (step.closed !== undefined) await this.receive(step, step.closed, index);
    else if (step.pending !== undefined || step.unanswered !== undefined) await this.stillPending(step, index);
    else if (step.ready !== undefined) await this.warmUp();
    else if (step.wait !== undefined) await this.broker.pass(step.wait);
    else if (step.disconnect !== undefined) {
      this.connections.get(step.disconnect)?.close();
      this.connections.delete(step.disconnect);
    }
  }

  private async send({ client, as }: TranscriptStep, send: NonNullable<TranscriptStep['send']>): Promise<void> {
    if (!(send.api in apis)) return;
    const api = send.api as ApiName;
    const name = client as string;
    const connection = this.connections.get(name) ?? (await this.broker.connect());
    this.connections.set(name, connection);
    const request = requestFrom(api, send.request, this.bindings);
    const { version, encodedAs = version } = send;
    const answer = connection.send({ api, version, encodedAs, clientId: name }, request);
    const sent: Sent = {
      api,
      version: send.version,
      settled: answer.then(
        (response) => (sent.outcome = { response }),
        (error: unknown) => (sent.outcome = { error }),
      ),
    };
    this.sent.set(as as string, sent);
    // What is due at once happens before the next request comes.
    await this.broker.pass(1);
  }

  private async receive(step: TranscriptStep, as: string, index: number): Promise<void> {
    const sent = this.sent.get(as);
    if (sent === undefined) return;
    for (let waited = 0; sent.outcome === undefined && waited < longestAnswerMs; waited += 10)
      await this.broker.pass(10);
    const { outcome } = sent;
    if (step.response === undefined) {
      if (outcome === undefined || !('error' in outcome)) this.differ(index, as, 'the connection closed', outcome);
      return;
    }
    const actual: Json =
      outcome === undefined
        ? '(no answer)'
        : 'error' in outcome
          ? `(${String(outcome.error)})`
          : responseJson(sent.api, step.decodedAs ?? sent.version, outcome.response);
    if (step.serverError === true) return;
    const expected = comparable(sent.api, step.response);
    if (!this.bindings.matches(expected, actual, step.sorted === true)) this.differ(index, as, expected, actual);
  }

  private async stillPending(step: TranscriptStep, index: number): Promise<void> {
    const as = (step.pending ?? step.unanswered) as string;
    await this.broker.pass(step.afterMs as number);
    const sent = this.sent.get(as);
    if (step.pending !== undefined && sent?.outcome !== undefined)
      this.differ(index, as, 'no answer yet', sent.outcome);
  }

  private differ(index: number, as: string, expected: unknown, actual: unknown): void {
    const text = (value: unknown) =>
      JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
    this.differences.push(`step ${index} (${as}):\n  Kafka: ${text(expected)}\n  ours:  ${text(actual)}`);
  }
}

/** What can be compared of Kafka's answer: without APIs that are not served here and the features that they bring, and without documentation, which is told nowhere here. */
function comparable(api: ApiName, response: Json): Json {
  if (api === 'DescribeConfigs') return undocumented(response);
  if (api !== 'ApiVersions') return response;
  const { apiKeys, supportedFeatures, finalizedFeatures, ...others } = response as Record<string, readonly Json[]>;
  const named = (features: readonly Json[] | undefined) =>
    features?.filter((feature) => !waitingFeatures.has((feature as { name: string }).name));
  return {
    ...others,
    apiKeys: (apiKeys ?? []).filter((each) => servedKeys.has((each as { apiKey: number }).apiKey)),
    ...(supportedFeatures && { supportedFeatures: named(supportedFeatures) as readonly Json[] }),
    ...(finalizedFeatures && { finalizedFeatures: named(finalizedFeatures) as readonly Json[] }),
  };
}

const servedKeys = new Set(servedApis.map((name) => apis[name].key));
/** Their APIs are not there yet. */
const waitingFeatures = new Set(['share.version', 'streams.version', 'transaction.version']);

function undocumented(json: Json): Json {
  if (Array.isArray(json)) return json.map(undocumented);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, name === 'documentation' ? null : undocumented(value)]),
  );
}

function setting(value: string): number | boolean | string {
  if (value === 'true' || value === 'false') return value === 'true';
  return Number.isNaN(Number(value)) ? value : Number(value);
}
