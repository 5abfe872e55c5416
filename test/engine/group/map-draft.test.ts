import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyMapChanges, MapDraft } from '../../../src/engine/group/map-draft.js';

const key = fc.constantFrom('a', 'b', 'c', 'd');
const change = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, value: fc.nat(9) }),
  fc.record({ kind: fc.constant('delete' as const), key }),
);

test('a draft reads as the map would after the changes, and leaves the map as it is until they are applied', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat(9))), fc.array(change), (entries, changes) => {
      const base = new Map(entries);
      const before = new Map(base);
      const model = new Map(base);
      const draft = new MapDraft(base);
      for (const each of changes) {
        if (each.kind === 'set') {
          draft.set(each.key, each.value);
          model.set(each.key, each.value);
        } else {
          expect(draft.delete(each.key)).toBe(model.delete(each.key));
        }
        expect(draft.size).toBe(model.size);
        expect(new Map(draft)).toEqual(model);
        expect([...draft.keys()].sort()).toEqual([...model.keys()].sort());
      }
      expect(base).toEqual(before);
      applyMapChanges(base, draft.changes);
      expect(base).toEqual(model);
    }),
  );
});
