import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkXml, XML_LIMITS, type XmlFault } from './check-xml.ts';

const inside = (content: string) => `<?xml version="1.0"?><a xmlns="urn:hl7-org:v3">${content}</a>`;
const nested = (levels: number) => '<b>'.repeat(levels) + '</b>'.repeat(levels);
const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "${'&lol;'.repeat(10)}">]><a>&lol2;</a>`;
const stealing = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';

test.each<[string, string, XmlFault]>([
  ['a billion laughs', laughs, 'xml-doctype'],
  ['an external entity', stealing, 'xml-doctype'],
  ['a document type in lower case', '<!doctype html><a/>', 'xml-doctype'],
  ['a document type behind the root', inside('<!DOCTYPE a>'), 'xml-doctype'],
  ['an entity that nobody declared', inside('&nbsp;'), 'xml-entity'],
  ['an entity in an attribute', inside('<b c="&x;"/>'), 'xml-entity'],
  ['a bare ampersand', inside('Smith & Son'), 'xml-entity'],
  ['a character that XML has not', inside('&#0;'), 'xml-not-well-formed'],
  ['a character beyond Unicode', inside('&#x110000;'), 'xml-not-well-formed'],
  ['a null byte', inside('\0'), 'xml-not-well-formed'],
  ['deep nesting', inside(nested(XML_LIMITS.depth)), 'xml-too-deep'],
  ['nesting that never ends', '<a>'.repeat(500_000), 'xml-too-deep'],
  ['too many elements', inside('<b/>'.repeat(XML_LIMITS.elements)), 'xml-too-many-elements'],
  ['a giant attribute', inside(`<b c="${'x'.repeat(XML_LIMITS.attributeLength + 1)}"/>`), 'xml-attribute-too-long'],
  [
    'a crowd of attributes',
    inside(`<b ${Array.from({ length: 50 }, (_, n) => `c${n}="1"`).join(' ')}/>`),
    'xml-too-many-attributes',
  ],
  ['a giant text', inside('x'.repeat(XML_LIMITS.characters)), 'xml-too-large'],
  ['the prototype as an element', inside('<__proto__><polluted/></__proto__>'), 'xml-reserved-name'],
  ['the prototype as an attribute', inside('<b constructor="1"/>'), 'xml-reserved-name'],
  ['an attribute twice', inside('<b c="1" c="2"/>'), 'xml-not-well-formed'],
  ['an unclosed element', '<a><b></a>', 'xml-not-well-formed'],
  ['an unclosed root', '<a><b/>', 'xml-not-well-formed'],
  ['an unclosed comment', inside('<!-- '), 'xml-not-well-formed'],
  ['an unclosed attribute', inside('<b c="'), 'xml-not-well-formed'],
  ['a comment that opens many times', '<a>'.concat('<!--'.repeat(200_000)), 'xml-not-well-formed'],
  ['two roots', '<a/><a/>', 'xml-not-well-formed'],
  ['text behind the root', '<a/>text', 'xml-not-well-formed'],
  ['JSON', '{"resourceType":"Binary"}', 'xml-not-well-formed'],
  ['nothing', '', 'xml-not-well-formed'],
])('%s is refused', (_, text, fault) => {
  expect(checkXml(text).fault).toBe(fault);
});

test('plain XML is taken, and its root told with its namespace', () => {
  const text = `\ufeff<?xml version="1.0"?><!-- > --><?xml-stylesheet href='CDA.xsl'?>
    <n:a xmlns:n="urn:hl7-org:v3" b='"'><c d = "&lt;&#233;&amp;"/><![CDATA[<!DOCTYPE & ]]></n:a>\n`;
  expect(checkXml(text)).toEqual({ root: { name: 'n:a', namespace: 'urn:hl7-org:v3' } });
});

test('XML cut off anywhere is refused, and garbled XML never hangs or throws', () => {
  const text = inside('<b c="1">text &amp; <!-- note --><d/></b><![CDATA[x]]>');
  for (let end = 0; end < text.length; end++) expect(checkXml(text.slice(0, end)).fault).toBeDefined();
  const pieces = fc.constantFrom('<', '>', '/', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '&', ';', '"', "'", '=');
  const garbled = fc.array(fc.oneof(pieces, fc.string(), fc.constant(text)), { maxLength: 30 });
  fc.assert(fc.property(garbled, (parts) => checkXml(parts.join('')) !== undefined));
});
