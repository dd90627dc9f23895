import { Table, Text } from '@mantine/core';
import { createElement, Fragment, type ReactNode } from 'react';

/**
 * The narrative of a section as elements of the page: CDA's own block of text, lists and tables. What it does not know is
 * shown as the text inside it; links are text, pictures are left out.
 */
export function CcdaNarrative({ block }: { readonly block: Element }) {
  return renderChildren(block);
}

/** As children of their own, not as a list: nodes of a document that does not change need no keys. */
function renderChildren(parent: Element): ReactNode {
  return createElement(Fragment, null, ...[...parent.childNodes].map(renderNode));
}

function renderNode(node: ChildNode): ReactNode {
  if (!(node instanceof Element)) return node.nodeType === Node.TEXT_NODE ? node.textContent : null;
  const inner = renderChildren(node);
  switch (node.localName) {
    case 'paragraph':
      return <Text my={4}>{inner}</Text>;
    case 'br':
      return <br />;
    case 'list':
      return renderList(node);
    case 'item':
      return <li>{inner}</li>;
    case 'table':
      return (
        <Table.ScrollContainer minWidth={0} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table withTableBorder withColumnBorders verticalSpacing={4}>
            {elementsOf(node)}
          </Table>
        </Table.ScrollContainer>
      );
    case 'thead':
      return <Table.Thead>{elementsOf(node)}</Table.Thead>;
    case 'tbody':
    case 'tfoot':
      return <Table.Tbody>{elementsOf(node)}</Table.Tbody>;
    case 'tr':
      return <Table.Tr>{elementsOf(node)}</Table.Tr>;
    case 'th':
      return <Table.Th {...spanOf(node)}>{inner}</Table.Th>;
    case 'td':
      return <Table.Td {...spanOf(node)}>{inner}</Table.Td>;
    case 'caption':
      return node.parentElement?.localName === 'table' ? <caption>{inner}</caption> : <Text fw={600}>{inner}</Text>;
    case 'sub':
      return <sub>{inner}</sub>;
    case 'sup':
      return <sup>{inner}</sup>;
    case 'content':
      return /bold/i.test(node.getAttribute('styleCode') ?? '') ? <b>{inner}</b> : inner;
    case 'renderMultiMedia':
    case 'col':
    case 'colgroup':
      return null;
    default:
      return inner;
  }
}

/** A list may have a caption, which HTML knows for tables only. */
function renderList(list: Element): ReactNode {
  const isCaption = ({ localName }: Element): boolean => localName === 'caption';
  const items = [...list.children].filter((child) => !isCaption(child)).map(renderNode);
  return (
    <>
      {createElement(Fragment, null, ...[...list.children].filter(isCaption).map(renderNode))}
      {createElement(list.getAttribute('listType') === 'ordered' ? 'ol' : 'ul', null, ...items)}
    </>
  );
}

/** Between rows only elements may stand: the blanks of the XML are none. */
function elementsOf(parent: Element): ReactNode {
  return createElement(Fragment, null, ...[...parent.children].map(renderNode));
}

function spanOf(cell: Element): { colSpan?: number; rowSpan?: number } {
  const [columns, rows] = ['colspan', 'rowspan'].map((name) => Number(cell.getAttribute(name)));
  return { ...(columns && { colSpan: columns }), ...(rows && { rowSpan: rows }) };
}
