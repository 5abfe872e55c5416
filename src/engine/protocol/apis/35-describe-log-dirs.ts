import { defineApi } from '../api.js';
import { array, bool, int16, int32, int64, string, structs } from '../schema.js';

/** Tells the size of logs by directory. Version 2 is flexible, 4 adds the bytes of the disk (KIP-827), 5 which directories take no new partitions (KIP-1066). */
export const describeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  validVersions: '1-5',
  flexibleFrom: 2,
  request: () => ({
    topics: structs(
      '0+',
      {
        topic: string('0+'),
        partitions: array('int32', '0+'),
      },
      { nullable: '0+' },
    ),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    errorCode: int16('3+', { default: 0, ignorable: true }),
    results: structs('0+', {
      errorCode: int16('0+'),
      logDir: string('0+'),
      topics: structs('0+', {
        name: string('0+'),
        partitions: structs('0+', {
          partitionIndex: int32('0+'),
          partitionSize: int64('0+'),
          offsetLag: int64('0+'),
          isFutureKey: bool('0+'),
        }),
      }),
      totalBytes: int64('4+', { default: -1n, ignorable: true }),
      usableBytes: int64('4+', { default: -1n, ignorable: true }),
      isCordoned: bool('5+', { default: false, ignorable: true }),
    }),
  }),
});
