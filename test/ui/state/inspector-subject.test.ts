import { beforeAll, describe, expect, test } from 'vitest';
import { RunProjector } from '../../../src/engine/scenario/run-projector.js';
import { threeWaysSpec } from '../../../src/ui/scenarios/three-ways/default-run.js';
import { inspectorSubject, placeOf, type Inspected } from '../../../src/ui/state/inspector-subject.js';
import { labelRecords } from '../../../src/ui/state/record-labels.js';
import { english } from '../../../src/ui/texts/en.js';
import { NodeScenarioHost } from '../fixtures/scenario-host.js';

const spec = threeWaysSpec();
let inspected: Omit<Inspected, 'selection'>;

beforeAll(async () => {
  const host = new NodeScenarioHost();
  const opened = await host.open(spec, {});
  if (!opened.ok) throw new Error(opened.error.message);
  const { runId, originMs } = opened.value;
  const chunk = await host.advance(runId, 1_000_000);
  if (!chunk.ok) throw new Error(chunk.error.message);
  const projector = new RunProjector(spec, originMs);
  projector.add(chunk.value.events);
  const view = projector.viewAt(projector.endMs ?? 0);
  const place = placeOf(view, 7);
  if (place === undefined) throw new Error('record 7 was expected in the log');
  const read = await host.readRecord(runId, { topic: 'orders', ...place });
  if (!read.ok) throw new Error(read.error.message);
  inspected = {
    spec,
    view,
    trace: projector.trace,
    originMs,
    reveal: true,
    stored: read.value,
    title: 'order-2 paid',
    label: labelRecords(spec.records),
    texts: english,
  };
});

const fieldsOf = (more: Partial<Inspected> = {}): Record<string, string> =>
  Object.fromEntries(
    inspectorSubject({ ...inspected, selection: { record: 7, lane: 'queue', actor: 'worker-1' }, ...more }).fields.map(
      ({ name, value }) => [name, value],
    ),
  );

describe('a record that overtook', () => {
  test('is told with who had it, when, and whom it overtook', () => {
    expect(fieldsOf()).toMatchObject({
      Key: 'order-2',
      'Delivered to': 'worker 1',
      Overtook: '2a',
      By: '2.6 s',
      Partition: '0',
      'Partition of the key': 'murmur2(order-2) mod 3 = 0',
    });
  });

  test('tells nothing of sequence, nor why, before that may be told', () => {
    const subject = inspectorSubject({
      ...inspected,
      reveal: false,
      selection: { record: 7, lane: 'queue', actor: 'worker-1' },
    });
    expect(subject.fields.map(({ name }) => name)).not.toContain('Overtook');
    expect(subject.why).toEqual([]);
  });

  test('is explained back to the command, and by the handling that it overtook', () => {
    const { why } = inspectorSubject({ ...inspected, selection: { record: 7, lane: 'queue', actor: 'worker-1' } });
    const told = why.map(({ text }) => text);
    expect(told[0]).toBe('worker 1 has handled 2b.');
    expect(told).toContain('2b is sent.');
    expect(told).toContain('worker 2 takes 2a.');
  });
});

test('what lies in the log is read back: bytes, batch and checksum', () => {
  const subject = inspectorSubject({ ...inspected, selection: { record: 7 } });
  expect(new TextDecoder().decode(subject.bytes ?? new Uint8Array())).toBe(
    '{"order":2,"step":"paid","amount":"24.00"}',
  );
  expect(subject.batch.map(({ name }) => name)).toContain('CRC-32C');
});

test('a record of the topic is explained through batch and append to the command', () => {
  const { why } = inspectorSubject({ ...inspected, selection: { record: 7, lane: 'topic', actor: 'A-1' } });
  const told = why.map(({ text }) => text).join(' ');
  expect(told).toMatch(/A · member 1 has handled 2b\./);
  expect(told).toMatch(/2b is sent\./);
});
