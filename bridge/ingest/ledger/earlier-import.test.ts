import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExportIndex } from '../order/export-index.ts';
import { EarlierImport } from './earlier-import.ts';

const ids = fc.uniqueArray(fc.uuid(), { minLength: 6, maxLength: 6 });

function indexOf(...names: string[]): ExportIndex {
  const index = new ExportIndex();
  for (const [line, id] of names.entries()) {
    const key = { resourceType: 'Observation', id };
    index.add({ file: 0, number: line + 1, offset: 0, length: 1, key, lastUpdatedMs: 0, references: [] });
  }
  return index;
}

async function* ledger(entries: readonly (object | string)[]): AsyncGenerator<string> {
  for (const entry of entries) yield typeof entry === 'string' ? entry : JSON.stringify(entry);
}

test('rows know what their key was stored as; the keys without a row are carried on, whatever named them', async () => {
  const check = async ([a = '', b = '', c = '', d = '', e = '', f = '']: string[]) => {
    const entries = [
      { key: 'Observation/a', disposition: 'created', target: `Observation/${a}` },
      { key: 'Observation/b', disposition: 'skipped', code: 'deleted-here', earlier: `Observation/${b}` },
      { key: 'Observation/gone', disposition: 'unchanged', target: `Observation/${c}` },
      { key: 'Observation/gone', disposition: 'duplicate', target: `Observation/${c}` },
      { key: 'Binary/x', disposition: 'created', carrier: `DiagnosticReport/${d}` },
      { key: 'Observation/dead', disposition: 'vanished', code: 'deleted-here', earlier: `Observation/${e}` },
      { key: 'Observation/long/gone', disposition: 'vanished', earlier: `Observation/${f}` },
      { key: 'Observation/never', disposition: 'quarantined', code: 'invalid-resource' },
      'not json',
    ];
    const earlier = await EarlierImport.read(indexOf('a', 'b', 'new'), () => ledger(entries));
    expect([0, 1, 2].map((row) => earlier.targetOf(row))).toEqual([`Observation/${a}`, `Observation/${b}`, undefined]);
    expect(earlier.vanished).toBe(3);
    const left = await Array.fromAsync(earlier.vanishedEntries());
    expect(left).toEqual([
      { key: 'Observation/gone', disposition: 'vanished', earlier: `Observation/${c}` },
      { key: 'Binary/x', disposition: 'vanished', earlier: `DiagnosticReport/${d}` },
      { key: 'Observation/dead', disposition: 'vanished', code: 'deleted-here', earlier: `Observation/${e}` },
      { key: 'Observation/long/gone', disposition: 'vanished', earlier: `Observation/${f}` },
    ]);
    const next = await EarlierImport.read(indexOf('a'), () => ledger(left as object[]));
    expect([next.targetOf(0), next.vanished]).toEqual([undefined, 3]);
  };
  await fc.assert(fc.asyncProperty(ids, check), { numRuns: 50 });
});
