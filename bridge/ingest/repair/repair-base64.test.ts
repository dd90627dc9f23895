import { expect, test } from 'vitest';
import { repairBase64 } from './repair-base64.ts';

test('line breaks and blanks go', () => {
  expect(repairBase64('SGVs\r\nbG8= ')).toEqual({ text: 'SGVsbG8=', rules: ['whitespace-removed'] });
});

test('the alphabet for URLs is read where its own letters show it, padded or not', () => {
  const rules = ['base64url-to-base64'];
  expect(repairBase64('-_-_')).toEqual({ text: '+/+/', rules });
  expect(repairBase64('-_8')).toEqual({ text: '+/8=', rules });
  expect(repairBase64('-_8=')).toEqual({ text: '+/8=', rules });
});

test.each(['SGVsbG8', '-_+/', 'a', '-', '', '<p>', 'SGVs!'])('%j is not guessed at', (text) => {
  expect(repairBase64(text)).toBeUndefined();
});

test('what is right already is left alone', () => expect(repairBase64('SGVsbG8=')).toBeUndefined());
