const maxLength = 249;
const allowed = /^[a-zA-Z0-9._-]+$/;

/** What is wrong with a topic's name, in the words of Kafka's `Topic.validate`; undefined if nothing is. */
export function topicNameError(name: string): string | undefined {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed';
  if (name === '.') return "Topic name is invalid: '.' is not allowed";
  if (name === '..') return "Topic name is invalid: '..' is not allowed";
  if (name.length > maxLength)
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${maxLength}`;
  if (!allowed.test(name))
    return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  return undefined;
}

/** What two names share if they would collide in metric names, where '.' becomes '_'. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}

/** The topic of group offsets and generations. */
export const groupMetadataTopic = '__consumer_offsets';

/** The topic of topics: its one partition holds the records of the cluster's metadata. Clients do not see it. */
export const clusterMetadataTopic = '__cluster_metadata';

/** Whether the topic belongs to Kafka itself. */
export function isInternalTopic(name: string): boolean {
  return name === groupMetadataTopic || name === '__transaction_state';
}
