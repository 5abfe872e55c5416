import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiByKey, apis } from '../../../src/engine/protocol/apis.js';
import { decodeMessage, encodeMessage } from '../../../src/engine/protocol/codec.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { requestHeaderVersion, responseHeaderVersion } from '../../../src/engine/protocol/message-headers.js';
import { carried, completed, type StructValue } from '../../../src/engine/protocol/message-values.js';
import { int32, message, string, struct, type MessageSchema } from '../../../src/engine/protocol/schema.js';
import { anyMessage } from './any-message.js';
import { bytesOf, fromKafkaJson, goldenLines, hexOf } from './golden.js';

interface Frame {
  readonly api: string;
  readonly key: number;
  readonly version: number;
  readonly direction: 'request' | 'response';
  readonly headerVersion: number;
  readonly hex: string;
  readonly json: StructValue;
}

/** Of every API that Kafka has for clients; those that we have no table of are left out. */
const frames = goldenLines<Frame>('frames.jsonl').filter(({ key }) => apiByKey(key) !== undefined);
const schemas: MessageSchema[] = Object.values(apis).flatMap((api): MessageSchema[] => [api.request, api.response]);

function schemaOf({ key, direction }: Frame): MessageSchema {
  const api = apiByKey(key);
  if (api === undefined) throw new Error(`No API has key ${key}.`);
  return api[direction];
}

describe('the codec against frames that Kafka wrote', () => {
  it.each(Object.values(apis).map((api) => ({ api, name: api.name })))(
    '$name: every frame is written and read as Kafka does',
    ({ api }) => {
      const ours = frames.filter(({ key }) => key === api.key);
      for (const frame of ours) {
        const schema = schemaOf(frame);
        const value = fromKafkaJson(schema.fields, frame.json);
        const label = `${frame.api} ${frame.direction} version ${frame.version}`;
        expect(hexOf(encodeMessage(schema, frame.version, value)), label).toBe(frame.hex);
        expect(decodeMessage(schema, frame.version, bytesOf(frame.hex)), label).toEqual(
          completed(schema.fields, value),
        );
      }
      const versions = new Set(ours.map(({ version }) => version));
      expect([Math.min(...versions), Math.max(...versions)]).toEqual([api.validVersions.min, api.validVersions.max]);
    },
  );

  it('the header versions are those of Kafka', () => {
    for (const frame of frames) {
      const api = apiByKey(frame.key)!;
      const versionOf = frame.direction === 'request' ? requestHeaderVersion : responseHeaderVersion;
      expect(versionOf(api, frame.version), `${frame.api} ${frame.version}`).toBe(frame.headerVersion);
    }
  });
});

describe('the codec on any message', () => {
  it.each(schemas.map((schema) => ({ name: schema.name, schema })))(
    '$name: what is written is read back, and is what a network carries',
    ({ schema }) => {
      fc.assert(
        fc.property(anyMessage(schema), ({ version, value }) => {
          const read = decodeMessage(schema, version, encodeMessage(schema, version, value));
          expect(read).toEqual(completed(schema.fields, value));
          expect(carried(schema, version, value)).toEqual(read);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('bytes that were changed or cut are read or refused with a KafkaError, nothing else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
        (frame, changes, length) => {
          const bytes = bytesOf(frame.hex).slice(0, changes.length === 0 ? length : undefined);
          for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
          try {
            decodeMessage(schemaOf(frame), frame.version, bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(KafkaError);
            expect((error as KafkaError).code).toBe('CORRUPT_MESSAGE');
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('the codec', () => {
  const inner = { a: int32('0+', { default: 7 }), name: string('1+', { nullable: '1+', default: null }) };
  const schema = message('Example', '0-2', 2, {
    count: int32('0+'),
    note: string('1+', { default: '' }),
    hint: string('1+', { default: '', ignorable: true }),
    extra: struct('2+', inner, { tag: 1 }),
  });

  it('refuses a version that the message does not have', () => {
    expect(() => encodeMessage(schema, 3, { count: 1 })).toThrow('Example has no version 3. Use one of 0 to 2.');
    expect(() => decodeMessage(schema, 3, new Uint8Array(4))).toThrow('Example has no version 3.');
  });

  it('refuses a value for a field that the version lacks, drops one that may be ignored', () => {
    expect(() => encodeMessage(schema, 0, { count: 1, note: 'n' })).toThrow('Example version 0 has no field note');
    expect(hexOf(encodeMessage(schema, 0, { count: 1, note: '', hint: 'h' }))).toBe('00000001');
  });

  it('refuses null where null is not allowed', () => {
    const nulled = { count: 1, note: null as unknown as string };
    expect(() => encodeMessage(schema, 1, nulled)).toThrow('note of Example version 1 is null');
  });

  it('writes a tagged field only if it is not the default', () => {
    expect(hexOf(encodeMessage(schema, 2, { count: 1, extra: { a: 7 } }))).toBe('00000001010100');
    expect(hexOf(encodeMessage(schema, 2, { count: 1, extra: { a: 8 } }))).toBe(
      '00000001010101010600000008' + '00' + '00',
    );
  });

  it('skips tagged fields that it does not know', () => {
    expect(decodeMessage(schema, 2, bytesOf('000000010101' + '01' + '0903aabbcc'))).toEqual({
      count: 1,
      note: '',
      hint: '',
      extra: { a: 7, name: null },
    });
  });

  it('refuses bytes that follow the message', () => {
    expect(() => decodeMessage(schema, 0, bytesOf('0000000100'))).toThrow('nothing should follow');
  });
});
