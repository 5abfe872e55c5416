/** The data of a message if it is an object, to be asked for its fields; undefined for anything else. */
export function plainObject(data: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : undefined;
}

/** Functions do not cross to another context, so that nothing but a port can look like one. */
export function isPort(value: unknown): value is MessagePort {
  return typeof plainObject(value)?.['postMessage'] === 'function';
}
