import type { Producer } from '../client/producer.js';
import type { Millis } from '../environment/environment.js';
import type { Storage } from '../environment/storage.js';
import { ClusterRun, metadataMaxAgeMs } from './cluster-run.js';
import { GroupMemberLife } from './group-member-life.js';
import type { GroupRunSpec, GroupRunStep, RunGroup, RunMember } from './group-run-spec.js';
import { carryOutAction } from './group-run-actions.js';
import { VirtualRun, type RunOptions } from './virtual-run.js';

const commandTexts: Readonly<Record<GroupRunStep['does'], string>> = {
  send: 'send a record',
  start: 'start a member',
  stop: 'stop a member',
  crash: 'kill a member',
  'set-partitions': 'set the number of partitions',
  'delete-records': 'delete records',
  'reset-offsets': 'reset offsets',
  seek: 'seek',
};

/**
 * A run of consumer groups on virtual time: a real broker, and clients that are processes of their own. It is simulated only as far as it is asked for;
 * the trace is a pure function of the spec, whatever storage it runs on.
 */
export class GroupRun extends ClusterRun<GroupRunSpec> {
  private readonly lives = new Map<string, GroupMemberLife>();
  private readonly producers = new Map<string, Producer>();
  /** The values of all records, by which their handlers know them. */
  private readonly records: readonly string[];

  private constructor(spec: GroupRunSpec, settle: () => Promise<void>) {
    super(spec, settle);
    this.records = spec.script.flatMap((step) => (step.does === 'send' ? [step.value] : []));
    const twice = this.records.find((value, index) => this.records.indexOf(value) !== index);
    if (twice !== undefined)
      throw new Error(`The script sends the value ${twice} twice. Values tell records apart: let each be another.`);
  }

  /** Prepares the world up to run time 0. Rejects if the spec contradicts itself. */
  static async open(spec: GroupRunSpec, options: RunOptions<GroupRun>): Promise<GroupRun> {
    return await VirtualRun.begin(new GroupRun(spec, options.settle), options);
  }

  protected async prepare(storage: Storage): Promise<void> {
    await this.startBroker(storage);
    for (const spec of this.spec.topics) {
      const { topic, keyed } = spec;
      await this.createTopic(spec);
      // Without keys a producer stays with one partition until batch.size bytes are full; 0 makes each record choose anew.
      const producer = this.client(`producer-${topic}`).producer({
        lingerMs: 0,
        metadataMaxAge: metadataMaxAgeMs,
        ...(keyed ? {} : { batchSize: 0 }),
      });
      await producer.connect();
      this.producers.set(topic, producer);
    }
    this.spec.script.forEach((step, index) => this.at(step.atMs, () => this.carryOut(step, index)));
    this.at(this.spec.endsAtMs, () => this.finish());
  }

  private carryOut(step: GroupRunStep, index: number): void {
    const cause = this.commanded(index, commandTexts[step.does]);
    switch (step.does) {
      case 'send':
        return this.send(step, cause);
      case 'start':
        return this.start(step.member, cause);
      case 'stop':
        return this.requireLife(step.member).stop(cause);
      case 'crash':
        return this.requireLife(step.member).crash(cause);
      case 'seek':
        return this.requireLife(step.member).seek(step.partition, step.offset);
      default:
        this.world.watch(this.answer(index, cause, () => carryOutAction(this.admin, this.spec, step, this.originMs)));
    }
  }

  private send(step: Extract<GroupRunStep, { does: 'send' }>, cause: string): void {
    for (const { topic, keyed } of this.spec.topics) {
      if (step.topic !== undefined && step.topic !== topic) continue;
      const message = { key: keyed ? step.key : null, value: step.value, trace: { cause } };
      this.world.watch((this.producers.get(topic) as Producer).send({ topic, messages: [message] }));
    }
  }

  private start(id: string, cause: string): void {
    const { group, member } = this.memberOf(id);
    const before = this.lives.get(id);
    if (before?.isOver === false)
      throw new Error(`The script starts ${id}, which runs already. Stop or crash it first.`);
    // A process begins anew each time, with a memory of its own.
    if (before !== undefined) this.world.crash(id);
    const life = new GroupMemberLife({
      environment: this.world.environment(id),
      kafka: this.client(id),
      group,
      member,
      cause,
      isFirst: before === undefined,
      handlingMs: (value) => this.handlingMs(member, value),
      die: () => this.world.crash(id),
      tracer: this.script.tracer,
    });
    this.lives.set(id, life);
    this.world.watch(life.run());
  }

  private handlingMs(member: RunMember, value: string): Millis {
    const record = this.records.indexOf(value);
    return member.slow?.find((slow) => slow.record === record)?.handlingMs ?? member.handlingMs;
  }

  private memberOf(id: string): { readonly group: RunGroup; readonly member: RunMember } {
    for (const group of this.spec.groups) {
      const member = group.members.find((each) => each.member === id);
      if (member !== undefined) return { group, member };
    }
    throw new Error(`The script names the member ${id}, which no group of the spec has.`);
  }

  private requireLife(id: string): GroupMemberLife {
    const life = this.lives.get(id);
    if (life === undefined) throw new Error(`The script names the member ${id}, which was never started.`);
    return life;
  }
}
