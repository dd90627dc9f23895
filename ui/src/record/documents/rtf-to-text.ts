/** Groups that hold no text of the document: tables of fonts and colours, pictures, fields' instructions. */
const HIDDEN = new Set(
  'fonttbl colortbl stylesheet info pict object header footer headerl headerr headerf footerl footerr footerf listtable listoverridetable generator fldinst themedata datastore latentstyles xmlnstbl rsidtbl'.split(
    ' ',
  ),
);

const WORDS: Readonly<Record<string, string>> = {
  par: '\n',
  line: '\n',
  row: '\n',
  sect: '\n\n',
  page: '\n\n',
  cell: '\t',
  tab: '\t',
  emdash: '—',
  endash: '–',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  bullet: '•',
};

/** A control word with its number, a control symbol, a brace, or plain text. */
const TOKEN = /\\([a-z]+)(-?\d+)? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\$/gi;

interface Group {
  readonly isHidden: boolean;
  /** How many characters stand in for a Unicode one and are passed over. */
  readonly skip: number;
}

/**
 * The text of an RTF document, without its form: what a note says, its lines and its columns. RTF 1.9.1, as far as notes
 * use it: Windows-1252 bytes, Unicode with stand-ins, groups that are not text.
 */
export function rtfToText(rtf: string): string {
  const windows = new TextDecoder('windows-1252');
  const outer: Group[] = [];
  let group: Group = { isHidden: false, skip: 1 };
  let toSkip = 0;
  let text = '';
  const add = (piece: string): void => {
    const passed = Math.min(toSkip, piece.length);
    toSkip -= passed;
    if (!group.isHidden) text += piece.slice(passed);
  };
  for (const [, word, number, hex, symbol, brace, plain] of rtf.matchAll(TOKEN)) {
    if (brace === '{') {
      outer.push(group);
    } else if (brace === '}') {
      group = outer.pop() ?? group;
      toSkip = 0;
    } else if (word === 'u') {
      add(String.fromCharCode((Number(number) + 65_536) % 65_536));
      toSkip = group.skip;
    } else if (word === 'uc') {
      group = { ...group, skip: Number(number ?? 1) };
    } else if (word !== undefined) {
      if (HIDDEN.has(word)) group = { ...group, isHidden: true };
      else if (word in WORDS) add(WORDS[word] ?? '');
    } else if (hex !== undefined) {
      add(windows.decode(Uint8Array.of(Number.parseInt(hex, 16))));
    } else if (symbol === '*') {
      group = { ...group, isHidden: true };
    } else if (symbol !== undefined) {
      add(symbol === '~' ? '\u00a0' : symbol === '_' ? '-' : /[\\{}]/.test(symbol) ? symbol : '');
    } else if (plain !== undefined) {
      add(plain);
    }
  }
  return text.trim();
}
