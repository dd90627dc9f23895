import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rtfToText } from './rtf-to-text.ts';

test('the text of a note is kept, its fonts, colours and properties are not', () => {
  const note = String.raw`{\rtf1\ansi\deff0{\fonttbl{\f0 Times New Roman;}}{\colortbl;\red255\green0\blue0;}
{\*\generator Riched20;}{\info{\author Somebody}}\pard\b Assessment:\b0\par
Doing well.\tab No pain.\par }`;
  expect(rtfToText(note)).toBe('Assessment:\nDoing well.\tNo pain.');
});

test('accents come as Windows bytes or as Unicode with a stand-in', () => {
  expect(rtfToText(String.raw`{\rtf1 Guti\'e9rrez}`)).toBe('Gutiérrez');
  expect(rtfToText(String.raw`{\rtf1\uc1 Guti\u233?rrez \u-10179?\u-8704?}`)).toBe('Gutiérrez 😀');
  expect(rtfToText(String.raw`{\rtf1 \'93quoted\'94}`)).toBe('“quoted”');
});

test('braces and backslashes of the text itself stay', () => {
  expect(rtfToText(String.raw`{\rtf1 a \{b\} c\\d}`)).toBe(String.raw`a {b} c\d`);
});

test('no text makes it fail, and it never takes long', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."{}\\u'ab1*- \n") }), (text) => {
      expect(typeof rtfToText(text)).toBe('string');
    }),
  );
});
