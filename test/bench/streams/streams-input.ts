/** A record for a topology, as text. */
export interface BenchRecord {
  readonly topic: 'in' | 'left' | 'right';
  readonly key: string;
  readonly value: string;
  readonly timestamp: number;
}

/** The numbers of a linear congruential generator; StreamsBench.java has the same. */
class Numbers {
  private state = 42;

  /** From 0 to below the limit. */
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 0x1_0000_0000) * limit);
  }
}

const wordsInLine = 8;

/** Input by the name of the topology; StreamsBench.java makes the same. */
export const streamsInputs: Readonly<Record<string, () => BenchRecord[]>> = {
  /** 30 000 lines of 8 words, of which few are frequent. */
  'streams-wordcount': () => {
    const numbers = new Numbers();
    return Array.from({ length: 30_000 }, (_, at) => {
      const words = Array.from({ length: wordsInLine }, () => {
        const word = numbers.below(2000);
        return `word${Math.floor((word * word) / 2000)}`;
      });
      return { topic: 'in', key: `line${at}`, value: words.join(' '), timestamp: at };
    });
  },
  /** 200 000 records of 500 keys, up to 500 ms late, one a millisecond. */
  'streams-window': () => {
    const numbers = new Numbers();
    return Array.from({ length: 200_000 }, (_, at) => {
      const key = `key${numbers.below(500)}`;
      return { topic: 'in', key, value: 'value', timestamp: Math.max(0, at - numbers.below(500)) };
    });
  },
  /** 100 000 records of either side in turn, one a millisecond, of 20 keys. */
  'streams-join': () => {
    const numbers = new Numbers();
    return Array.from({ length: 100_000 }, (_, at) => {
      const topic = at % 2 === 0 ? 'left' : 'right';
      return { topic, key: `key${numbers.below(20)}`, value: `value${at % 100}`, timestamp: at };
    });
  },
  /** 200 000 records, of which each fifth changes a row of a table of 1000. */
  'streams-table-join': () => {
    const numbers = new Numbers();
    return Array.from({ length: 200_000 }, (_, at) => {
      const topic = at % 5 === 0 ? 'right' : 'left';
      return { topic, key: `key${numbers.below(1000)}`, value: `value${at % 100}`, timestamp: at };
    });
  },
};

/** How much work a record of the input is counted as. */
export const unitsOf: Readonly<Record<string, { readonly unit: string; readonly perRecord: number }>> = {
  'streams-wordcount': { unit: 'words/s', perRecord: wordsInLine },
  'streams-window': { unit: 'records/s', perRecord: 1 },
  'streams-join': { unit: 'records/s', perRecord: 1 },
  'streams-table-join': { unit: 'records/s', perRecord: 1 },
};
