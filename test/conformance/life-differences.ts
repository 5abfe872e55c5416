import { errorCode } from '../../src/engine/protocol/errors.js';
import type { Json } from '../engine/broker/transcript.js';
import { groupOf, type GroupLife, type LifeStep } from './group-life.js';
import { isSameAnswer } from './same-answer.js';

type Answer = Readonly<Record<string, Json>>;

/** The steps whose answers differ from Kafka's, as text, up to where chance makes the two ways part. */
export function differences(
  life: GroupLife,
  ours: readonly Json[],
  kafkas: readonly Json[],
  chanceAt = life.steps.length,
): string[] {
  return differingSteps(life, ours, kafkas)
    .filter((at) => at < comparedSteps(life, ours, kafkas, chanceAt))
    .map((at) => {
      const [own, others] = [ours[at] ?? null, kafkas[at] ?? null];
      return `step ${at}, ${JSON.stringify(life.steps[at])}\n  Kafka: ${JSON.stringify(others)}\n  ours:  ${JSON.stringify(own)}`;
    });
}

/** How many steps of a life can be compared: from `chanceAt` on chance decides, and what comes after another leader was chosen follows from that. */
export function comparedSteps(
  life: GroupLife,
  ours: readonly Json[],
  kafkas: readonly Json[],
  chanceAt = life.steps.length,
): number {
  const [first] = differingSteps(life, ours, kafkas);
  if (first === undefined) return life.steps.length;
  if (first >= chanceAt) return chanceAt;
  return hasOtherLeader(life, ours, kafkas, first) ? first : chanceAt;
}

/**
 * The first step at which lives that were lived with one and the same broker differ, though nothing but their names does: from there on chance decides, as where assignments hang
 * on random ids. The names must be of equal length, for they stand in texts that tell their lengths.
 */
export function firstLeftToChance(
  lives: readonly { readonly life: GroupLife; readonly answers: readonly Json[] }[],
): number {
  const [first, ...others] = lives.map(({ life, answers }) => answers.map((answer) => withoutName(answer, life.name)));
  const steps = first?.length ?? 0;
  for (let at = 0; at < steps; at++) if (others.some((other) => other[at] !== first?.[at])) return at;
  return steps;
}

/** An answer as text without the life's name, also where that stands in bytes. */
function withoutName(answer: Json, name: string): string {
  const group = groupOf(name);
  const hide = (text: string) => text.replaceAll(group, '?'.repeat(group.length));
  return hide(JSON.stringify(answer)).replaceAll(/"([A-Za-z0-9+/]{20,}={0,2})"/g, (_, base64: string) =>
    JSON.stringify(hide(Buffer.from(base64, 'base64').toString('latin1'))),
  );
}

function differingSteps({ steps }: GroupLife, ours: readonly Json[], kafkas: readonly Json[]): number[] {
  return steps.flatMap((step, at) => {
    const [own, others] = [ours[at] ?? null, kafkas[at] ?? null];
    return isSameAnswer(own, others) || isMeant(step, own, others) ? [] : [at];
  });
}

/** Whoever waits and whose place another request of the same member takes is told so by us. Kafka never answers, until the client hangs up. */
function isMeant(step: LifeStep, ours: Json, kafkas: Json): boolean {
  if ((kafkas !== null && kafkas !== 'closed') || (step.act !== 'join' && step.act !== 'sync')) return false;
  const error = (ours as { readonly errorCode?: number } | null)?.errorCode;
  return error === errorCode('REBALANCE_IN_PROGRESS') || error === errorCode('UNKNOWN_MEMBER_ID');
}

/** Kafka lets the first in a hash map of random ids lead when the leader has gone: here both sides have chosen, and not the same. */
function hasOtherLeader(life: GroupLife, ours: readonly Json[], kafkas: readonly Json[], at: number): boolean {
  const [own, others] = [joined(life, ours, at), joined(life, kafkas, at)];
  if (own === undefined || others === undefined || own['generationId'] !== others['generationId']) return false;
  const before = life.steps
    .slice(0, at)
    .map((_, earlier) => joined(life, kafkas, earlier))
    .findLast((answer) => answer !== undefined && answer['generationId'] !== others['generationId']);
  return before !== undefined && own['leader'] !== others['leader'] && ![own, others].some(isLedAs(before));
}

function isLedAs(before: Answer): (answer: Answer) => boolean {
  return (answer) => answer['leader'] === before['leader'];
}

/** What a member was told that joined at a step. */
function joined({ steps }: GroupLife, answers: readonly Json[], at: number): Answer | undefined {
  const answer = answers[at];
  if (steps[at]?.act !== 'join' || typeof answer !== 'object' || answer === null) return undefined;
  return (answer as Answer)['errorCode'] === 0 ? (answer as Answer) : undefined;
}
