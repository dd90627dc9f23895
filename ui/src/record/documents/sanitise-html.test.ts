import { expect, test } from 'vitest';
import { sanitiseHtml } from './sanitise-html.ts';

function sanitise(html: string): string {
  const box = document.createElement('div');
  box.append(sanitiseHtml(html));
  return box.innerHTML;
}

test('a note keeps its text, lists and tables', () => {
  const note =
    '<h1>Visit</h1><p>Doing <b>well</b>.</p><table><tbody><tr><td>BP</td><td>120/80</td></tr></tbody></table>';
  expect(sanitise(`<html><body>${note}</body></html>`)).toBe(note);
});

test('nothing of it runs, asks anybody or changes the page around it', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src="https://tracker.example/p.gif" onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<style>body { display: none }</style>',
    '<p style="position: fixed" id="root" class="x">y</p>',
    '<form action="https://evil.example"><input name="password"></form>',
    '<svg><a xlink:href="javascript:alert(1)"><text>z</text></a></svg>',
    '<link rel="stylesheet" href="https://evil.example/x.css"><base href="https://evil.example">',
    '<table background="https://tracker.example/b.gif"><tbody><tr><td>t</td></tr></tbody></table>',
  ].map(sanitise);
  expect(hostile.join('')).not.toMatch(
    /script|onerror|https?:|style|id=|class=|iframe|form|input|svg|link|base|backgr/i,
  );
});

test('a link leads out without telling where from, an inlined picture stays', () => {
  expect(sanitise('<a href="https://example.org/a">a</a>')).toBe(
    '<a href="https://example.org/a" rel="noopener noreferrer" target="_blank">a</a>',
  );
  expect(sanitise('<img src="data:image/png;base64,AAAA" alt="x">')).toContain('data:image/png');
});
