import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Base64Decoder, decodeBase64, NotBase64 } from './base64.ts';

test('text cut anywhere, with line breaks anywhere, gives the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(400), { maxLength: 8 }), (bytes, cuts) => {
      const text = Buffer.from(bytes)
        .toString('base64')
        .replace(/(.{7})/g, '$1\r\n');
      const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      const decoder = new Base64Decoder();
      const pieces = at.slice(1).map((end, n) => decoder.push(text.slice(at[n], end)));
      expect(Buffer.concat([...pieces, decoder.end()]).equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test('missing padding is no loss', () => {
  const decoder = new Base64Decoder();
  expect(Buffer.concat([decoder.push('QUI'), decoder.end()]).toString()).toBe('AB');
});

test.each(['QUJ*', 'QUJ-', 'QQ==QUJD', 'Q', '<html>login</html>'])('%j is no base64', (text) => {
  const decoder = new Base64Decoder();
  expect(() => [decoder.push(text), decoder.end()]).toThrow(NotBase64);
});

test('a character that is none of base64 is found wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.base64String({ minLength: 4 }),
      fc.constantFrom('*', '-', '_', 'é', '"', '.'),
      fc.nat(),
      (text, foreign, at) => {
        const place = at % text.length;
        for (const bad of [
          text.slice(0, place) + foreign + text.slice(place + 1),
          text.slice(0, place) + foreign + text.slice(place),
        ]) {
          const decoder = new Base64Decoder();
          expect(() => [decoder.push(bad), decoder.end()]).toThrow(NotBase64);
        }
      },
    ),
  );
});

test('pieces are decoded as they come, up to those that are no base64', async () => {
  expect(Buffer.concat(await Array.fromAsync(decodeBase64(['QU', 'JDRA==']))).toString()).toBe('ABCD');
  await expect(Array.fromAsync(decodeBase64(['QU*D']))).rejects.toThrow(NotBase64);
});
