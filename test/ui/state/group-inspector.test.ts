import { beforeAll, expect, test } from 'vitest';
import { settle } from '../../../src/engine/platform/node/settle.js';
import type { GroupRunProjector } from '../../../src/engine/scenario/group-run-projector.js';
import { sendsOf } from '../../../src/ui/scenarios/group-outcome.js';
import { groupInspectorSubject } from '../../../src/ui/state/group-inspector.js';
import { labelRecords } from '../../../src/ui/state/record-labels.js';
import { groupTextsOf } from '../../../src/ui/texts/group-languages.js';
import { textsOf } from '../../../src/ui/texts/languages.js';
import { playedGroups, rollingRestart } from '../fixtures/group-runs.js';

const spec = rollingRestart(1);
let run: GroupRunProjector;

beforeAll(async () => {
  run = await playedGroups(spec, settle);
});

test('what became of a record is told from the newest back, whichever group did it', () => {
  const [texts, words] = [textsOf('en'), groupTextsOf('en')];
  const label = labelRecords(sendsOf(spec));
  const picture = run.viewAt(spec.endsAtMs);
  const partition = picture.topics[0]?.partitions.findIndex(({ cells }) => cells.length > 0) ?? 0;
  const subject = groupInspectorSubject({
    selection: { kind: 'record', topic: 'orders', partition, offset: 0 },
    spec,
    picture,
    trace: run.trace,
    originMs: run.trace[0]?.at ?? 0,
    reveal: true,
    stored: undefined,
    texts,
    words,
    names: { texts: words.events, spec, label, recordsAt: () => [0], memberOf: (id) => id },
  });
  const times = (subject?.why ?? []).map(({ atMs }) => atMs ?? Number.NaN);
  expect(times.length).toBeGreaterThan(5);
  expect(times).toEqual([...times].sort((one, other) => other - one));
});
