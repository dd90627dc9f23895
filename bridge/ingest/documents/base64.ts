/** The text is no base64: nothing that it stands for can be stored. */
export class NotBase64 extends Error {}

const BLANKS = /[\s]+/g;
const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Decodes base64 text that comes in pieces cut anywhere; line breaks and blanks inside it are left out (R4
 * datatypes.html#base64binary allows them).
 */
export class Base64Decoder {
  #rest = '';
  #isEnded = false;

  /** The bytes of all complete quartets so far. Throws NotBase64. */
  push(text: string): Buffer {
    return this.#pushPlain(text) ?? this.#pushCleaned(text.replace(BLANKS, ''));
  }

  /** Text that is nothing but whole quartets, as most is: then its bytes are as many as its length says. */
  #pushPlain(text: string): Buffer | undefined {
    if (this.#rest !== '' || this.#isEnded || text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return;
    const bytes = Buffer.from(text, 'base64');
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
    if (bytes.length !== (text.length / 4) * 3 - padding) return;
    this.#isEnded = padding > 0;
    return bytes;
  }

  #pushCleaned(text: string): Buffer {
    const all = this.#rest + text;
    const whole = all.length - (all.length % 4);
    this.#rest = all.slice(whole);
    return this.#decode(all.slice(0, whole));
  }

  /** The last bytes; padding may be missing. Throws NotBase64. */
  end(): Buffer {
    if (this.#rest.length === 1) throw new NotBase64('a single character is left over');
    return this.#decode(this.#rest);
  }

  #decode(quartets: string): Buffer {
    if (quartets.length === 0) return Buffer.alloc(0);
    if (this.#isEnded || !ALPHABET.test(quartets)) throw new NotBase64('a character is no base64');
    this.#isEnded = quartets.endsWith('=');
    return Buffer.from(quartets, 'base64');
  }
}

/** The bytes of base64 text, piece by piece. Throws NotBase64 when the text is none. */
export async function* decodeBase64(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
  const decoder = new Base64Decoder();
  for await (const piece of text) yield decoder.push(piece);
  yield decoder.end();
}
