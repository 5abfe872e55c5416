import { JoinWindows } from '../../../src/engine/streams/dsl/window/join-windows.js';
import { built, text, type ApplicationProgram } from './application-programs.js';

/** Of all joins of streams here: the right record may be so much earlier or later than the left one. */
export const joinBounds = { before: 4, after: 12 };
/** Of `innerJoin`: longer than the event time of any run. */
export const longGrace = 100_000;
/** Of `leftJoin` and `outerJoin`. */
export const shortGrace = 6;

const within = (grace: number) =>
  JoinWindows.ofTimeDifferenceAndGrace(0, grace).before(joinBounds.before).after(joinBounds.after);
const pair = (left: string | null, right: string | null) => `${left ?? '-'}+${right ?? '-'}`;
const sides = { inputs: ['left', 'right'], stores: {} };

/** Joins of streams with streams and with tables. Results name both records: `left+right`, `-` for none. */
export const joinPrograms = {
  innerJoin: {
    ...sides,
    build: built((builder) =>
      builder.stream('left', text).join(builder.stream('right', text), pair, within(longGrace), text).to('out', text),
    ),
  },
  leftJoin: {
    ...sides,
    build: built((builder) =>
      builder
        .stream('left', text)
        .leftJoin(builder.stream('right', text), pair, within(shortGrace), text)
        .to('out', text),
    ),
  },
  outerJoin: {
    ...sides,
    build: built((builder) =>
      builder
        .stream('left', text)
        .outerJoin(builder.stream('right', text), pair, within(shortGrace), text)
        .to('out', text),
    ),
  },
  /** A stream with a table: the row that is there. */
  enriched: {
    inputs: ['left', 'right'],
    tables: ['right'],
    stores: { rows: 'keyValue' },
    build: built((builder) => {
      const rows = builder.table('right', { ...text, materialized: { as: 'rows' } });
      builder.stream('left', text).leftJoin(rows, pair, text).to('out', text);
    }),
  },
  /** A stream with a versioned table: the row of the record's time. */
  asOf: {
    inputs: ['left', 'right'],
    tables: ['right'],
    stores: {},
    build: built((builder) => {
      const versioned = { historyRetention: 100_000 };
      const rows = builder.table('right', { ...text, materialized: { as: 'rows', versioned } });
      builder.stream('left', text).leftJoin(rows, pair, text).to('out', text);
    }),
  },
} satisfies Record<string, ApplicationProgram>;
