/** A name of 32 hexadecimal digits that nothing has had before. Pages over plain http from another machine have no `crypto.randomUUID`. */
export function randomName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(16).padStart(8, '0')).join('');
}
