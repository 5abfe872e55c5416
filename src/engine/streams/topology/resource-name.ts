import { StreamsError } from '../streams-error.js';

const longest = 249;

/**
 * Takes a name that becomes one of nodes, stores or topics (Kafka's `Named.validate`).
 * @throws StreamsError TopologyException if no topic may be named so
 */
export function validName(name: string): string {
  if (name === '') throw invalidTopology("Name is illegal, it can't be empty");
  if (name === '.' || name === '..') throw invalidTopology('Name cannot be "." or ".."');
  if (name.length > longest) {
    throw invalidTopology(`Name is illegal, it can't be longer than ${longest} characters, name: ${name}`);
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    throw invalidTopology(
      `Name "${name}" is illegal, it contains a character other than ASCII alphanumerics, '.', '_' and '-'`,
    );
  }
  return name;
}

/** Kafka's TopologyException, with the words it puts before each message. */
export function invalidTopology(message: string): StreamsError {
  return new StreamsError('TopologyException', `Invalid topology: ${message}`);
}
