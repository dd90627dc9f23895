import { attribute, child, isList, textOf, type XmlElement, type XmlNode } from './xml-node.ts';

/** Longer than that it is a table or a note, no name of a thing. */
const MAX_TEXT_LENGTH = 1_000;

/**
 * The entries of a section with the words in place of `<reference value="#id"/>`, which points into the section's
 * narrative: once an entry is a resource of its own, nothing leads there any more.
 */
export function resolveNarrative(section: XmlElement): XmlNode | undefined {
  const texts = new Map<string, string>();
  collectTexts(section.text, texts);
  return replaceReferences(section.entry, texts);
}

function collectTexts(node: XmlNode | undefined, texts: Map<string, string>): void {
  if (node === undefined || typeof node === 'string') return;
  if (isList(node)) {
    for (const each of node) collectTexts(each, texts);
    return;
  }
  const id = attribute(node, 'ID');
  if (id !== undefined) texts.set(id, textOf(node));
  for (const below of Object.values(node)) collectTexts(below, texts);
}

function replaceReferences(node: XmlNode | undefined, texts: ReadonlyMap<string, string>): XmlNode | undefined {
  if (node === undefined || typeof node === 'string') return node;
  if (isList(node)) return node.flatMap((each) => replaceReferences(each, texts) ?? []);
  const id = attribute(child(node, 'reference'), 'value');
  const { reference: _, ...rest } = node;
  // A reference to another act (`externalDocument`, ...) has children and no value.
  const kept = id === undefined ? node : { ...rest, ...said(texts.get(id.replace(/^#/, ''))) };
  return Object.fromEntries(Object.entries(kept).map(([name, below]) => [name, replaceReferences(below, texts)]));
}

function said(text: string | undefined): { '#text'?: string } {
  return text !== undefined && text !== '' && text.length <= MAX_TEXT_LENGTH ? { '#text': text } : {};
}
