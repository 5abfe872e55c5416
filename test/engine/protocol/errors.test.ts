import { describe, expect, it } from 'vitest';
import { errorTable } from '../../../src/engine/protocol/error-table.js';
import { errorByCode, errorByName, errorCode } from '../../../src/engine/protocol/errors.js';
import { fromErrorData, KafkaError, toErrorData } from '../../../src/engine/protocol/kafka-error.js';
import { goldenLines } from './golden.js';

describe('the error table', () => {
  it('is that of Kafka', () => {
    const golden = goldenLines<{ name: string; code: number; message: string; retriable: boolean }>('errors.jsonl');
    expect(errorTable).toEqual(
      golden.map(({ name, code, message, retriable }) => ({ name, code, message, retriable })),
    );
    expect(errorTable).toHaveLength(135);
  });

  it('finds rows by name and by code; a code that it lacks is UNKNOWN_SERVER_ERROR', () => {
    expect(errorByName('REBALANCE_IN_PROGRESS').code).toBe(27);
    expect(errorByCode(27).name).toBe('REBALANCE_IN_PROGRESS');
    expect(errorCode('NONE')).toBe(0);
    expect(errorByCode(9999).name).toBe('UNKNOWN_SERVER_ERROR');
  });
});

describe('a KafkaError', () => {
  it('knows from the table whether to try again, and what to say', () => {
    expect(new KafkaError('NOT_LEADER_OR_FOLLOWER').retriable).toBe(true);
    expect(new KafkaError('TOPIC_ALREADY_EXISTS')).toMatchObject({
      retriable: false,
      message: errorByName('TOPIC_ALREADY_EXISTS').message,
    });
  });

  it('crosses between workers as data, with its causes', () => {
    const error = new KafkaError('NETWORK_EXCEPTION', 'The worker is gone.', {
      cause: new KafkaError('REQUEST_TIMED_OUT', 'No answer.'),
    });
    const arrived = fromErrorData(structuredClone(toErrorData(error)));
    expect(arrived).toBeInstanceOf(KafkaError);
    expect(arrived).toMatchObject({ code: 'NETWORK_EXCEPTION', message: 'The worker is gone.', retriable: true });
    expect(arrived.cause).toMatchObject({ code: 'REQUEST_TIMED_OUT', message: 'No answer.' });
  });

  it('stands for any other error, and names it', () => {
    expect(fromErrorData(toErrorData(new TypeError('x is undefined')))).toMatchObject({
      code: 'UNKNOWN_SERVER_ERROR',
      message: 'TypeError: x is undefined',
    });
    expect(fromErrorData(toErrorData('thrown text'))).toMatchObject({
      code: 'UNKNOWN_SERVER_ERROR',
      message: 'string: thrown text',
    });
  });

  it('crosses even if its causes go round in a circle', () => {
    const error = new KafkaError('UNKNOWN_SERVER_ERROR', 'round');
    error.cause = error;
    expect(fromErrorData(structuredClone(toErrorData(error))).message).toBe('round');
  });
});

it('an error of a derived class is a KafkaError; not every KafkaError is of that class', () => {
  class DerivedError extends KafkaError {}
  expect(new DerivedError('UNKNOWN_SERVER_ERROR')).toBeInstanceOf(KafkaError);
  expect(new DerivedError('UNKNOWN_SERVER_ERROR')).toBeInstanceOf(DerivedError);
  expect(new KafkaError('UNKNOWN_SERVER_ERROR') instanceof DerivedError).toBe(false);
});
