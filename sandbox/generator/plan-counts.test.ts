import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownedBy, ownerOf, planCounts } from './plan-counts.ts';

const countsFrom = fc.integer({ min: 8, max: 1_000_000 });

test('the counts of all types add up to what was asked for', () => {
  fc.assert(
    fc.property(countsFrom, (total) => {
      expect(Object.values(planCounts(total)).reduce((sum, count) => sum + count, 0)).toBe(total);
    }),
  );
});

test('who an item belongs to and what an owner has agree', () => {
  const size = fc.integer({ min: 1, max: 500 });
  fc.assert(
    fc.property(size, size, (items, owners) => {
      for (let owner = 0; owner < owners; owner++) {
        const [from, to] = ownedBy(owner, items, owners);
        for (let index = from; index < to; index++) {
          expect(ownerOf(index, items, owners)).toBe(owner);
        }
      }
      expect(ownedBy(owners - 1, items, owners)[1]).toBe(items);
    }),
  );
});
