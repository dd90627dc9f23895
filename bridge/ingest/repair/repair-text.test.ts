import { expect, test } from 'vitest';
import { repairText } from './repair-text.ts';

test.each([
  ['code', ' final ', 'final', ['blanks-trimmed']],
  ['code', 'in \t progress', 'in progress', ['blanks-collapsed']],
  ['uri', ' http://example.org/a b ', 'http://example.org/a%20b', ['blanks-trimmed', 'blanks-encoded']],
  ['canonical', 'http://example.org/a\nb', 'http://example.org/a%0Ab', ['blanks-encoded']],
  ['url', 'http://example.org/\u00a0x', 'http://example.org/%C2%A0x', ['blanks-encoded']],
  ['string', 'a\u0000b\u001fc', 'abc', ['control-characters-removed']],
  ['markdown', 'line\u000b\nnext', 'line\nnext', ['control-characters-removed']],
  ['date', ' 2020-01-02', '2020-01-02', ['blanks-trimmed']],
  ['dateTime', '2020-01-02 10:00:00', '2020-01-02T10:00:00', ['date-punctuated']],
  ['dateTime', ' 2020-01-02 10:00:00 Z', '2020-01-02T10:00:00Z', ['blanks-trimmed', 'date-punctuated']],
  ['base64Binary', 'SGVs\r\n bG8=', 'SGVsbG8=', ['whitespace-removed']],
])('a %s written %j becomes %j', (type, source, text, rules) => {
  expect(repairText(type, source)).toMatchObject({ text, rules });
});

test('a text of nothing but control characters comes out blank, for the rule that removes blanks', () => {
  expect(repairText('string', '\u0000')).toMatchObject({ text: '', rules: ['control-characters-removed'] });
});

test.each([
  ['date', 'not a date'],
  ['date', '2023-02-30'],
  ['id', 'has_underscore'],
  ['oid', '2.16.840'],
  ['base64Binary', '<html>'],
])('a %s written %j is not guessed at', (type, source) => expect(repairText(type, source)).toBeUndefined());

test('mojibake is text like any other and stays', () => expect(repairText('string', 'GutiÃ©rrez')).toBeUndefined());
