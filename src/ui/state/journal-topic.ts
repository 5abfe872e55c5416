/** The name of a journal's topic. Progress that was imported beside some that was here is a later journal: the last one counts. */
export function journalTopic(number: number): string {
  return number === 1 ? 'learner' : `learner-${number}`;
}

/** Which journal a topic is, counted from 1; 0 for any other topic. */
export function journalNumber(topic: string): number {
  const found = /^learner(?:-(\d{1,9}))?$/.exec(topic);
  if (found === null) return 0;
  const number = Number(found[1] ?? 1);
  return journalTopic(number) === topic ? number : 0;
}

/** The last of the journals among these topics. */
export function lastJournal(topics: readonly string[]): string | undefined {
  const last = Math.max(0, ...topics.map(journalNumber));
  return last === 0 ? undefined : journalTopic(last);
}
