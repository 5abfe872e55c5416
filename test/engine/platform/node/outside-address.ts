import { networkInterfaces } from 'node:os';

/** An address by which other machines reach this one; undefined if there is none, and then nothing can be tried that is only for others. */
export const outsideAddress = Object.values(networkInterfaces())
  .flat()
  .find((each) => each !== undefined && each.family === 'IPv4' && !each.internal)?.address;
