import { Broker } from '../../../src/engine/broker/broker.js';
import { loadRegexEngine } from '../../../src/engine/broker/topic-regex.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { apis, type ApiName } from '../../../src/engine/protocol/apis.js';
import type { Connection } from '../../../src/engine/protocol/connection.js';
import { InProcessNetwork } from '../../../src/engine/protocol/in-process-network.js';
import type { StructValue } from '../../../src/engine/protocol/message-values.js';
import { ManualEnvironment, settle } from './manual-environment.js';
import { Bindings, requestFrom, responseJson, type Json, type Transcript, type TranscriptStep } from './transcript.js';

const address = { host: 'localhost', port: 9092 };
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
  private readonly connections = new Map<string, Connection>();
  /** What differed from Kafka, in the order of the steps. */
  readonly differences: string[] = [];

  private constructor(
    private readonly environment: ManualEnvironment,
    private readonly network: InProcessNetwork,
  ) {}

  static async play(transcript: Transcript): Promise<readonly string[]> {
    const environment = new ManualEnvironment();
    const config = Object.fromEntries(Object.entries(transcript.needs).map(([name, value]) => [name, setting(value)]));
    const regexes = await loadRegexEngine();
    const broker = await Broker.start(environment, {
      storage: new MemoryStorage(),
      advertised: address,
      config: { ...config, 'offsets.topic.num.partitions': 1 },
      loadRegexes: () => Promise.resolve(regexes),
    });
    const network = new InProcessNetwork({ environment, brokers: [{ address, handler: broker }] });
    const player = new TranscriptPlayer(environment, network);
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
    const connection = await this.network.connect(address);
    await connection.send({ api: 'FindCoordinator', version: 6, clientId: 'warm-up' }, { coordinatorKeys: ['g'] });
    connection.close();
  }

  private async step(step: TranscriptStep, index: number): Promise<void> {
    if (step.send !== undefined) await this.send(step, step.send);
    else if (step.receive !== undefined) await this.receive(step, step.receive, index);
    else if (step.pending !== undefined || step.unanswered !== undefined) await this.stillPending(step, index);
    else if (step.ready !== undefined) await this.warmUp();
    else if (step.wait !== undefined) await this.environment.pass(step.wait);
    else if (step.disconnect !== undefined) {
      this.connections.get(step.disconnect)?.close();
      this.connections.delete(step.disconnect);
    }
  }

  private async send({ client, as }: TranscriptStep, send: NonNullable<TranscriptStep['send']>): Promise<void> {
    if (!(send.api in apis)) return;
    const api = send.api as ApiName;
    const name = client as string;
    const connection = this.connections.get(name) ?? (await this.network.connect(address));
    this.connections.set(name, connection);
    const request = requestFrom(api, send.request, this.bindings);
    const call = { api, version: send.version, clientId: name };
    const answer = connection.send(call, request) as Promise<StructValue>;
    const sent: Sent = {
      api,
      version: send.version,
      settled: answer.then(
        (response) => (sent.outcome = { response }),
        (error: unknown) => (sent.outcome = { error }),
      ),
    };
    this.sent.set(as as string, sent);
    await settle();
  }

  private async receive(step: TranscriptStep, as: string, index: number): Promise<void> {
    const sent = this.sent.get(as);
    if (sent === undefined) return;
    for (let waited = 0; sent.outcome === undefined && waited < longestAnswerMs; waited += 10)
      await this.environment.pass(10);
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
          : responseJson(sent.api, sent.version, outcome.response);
    if (step.serverError === true) return;
    if (!this.bindings.matches(step.response, actual, step.sorted === true))
      this.differ(index, as, step.response, actual);
  }

  private async stillPending(step: TranscriptStep, index: number): Promise<void> {
    const as = (step.pending ?? step.unanswered) as string;
    await this.environment.pass(step.afterMs as number);
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

function setting(value: string): number | boolean | string {
  if (value === 'true' || value === 'false') return value === 'true';
  return Number.isNaN(Number(value)) ? value : Number(value);
}
