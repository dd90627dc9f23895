import { Button, Image, Text, Typography } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { CcdaView } from './CcdaView.tsx';
import { readCcda } from './read-ccda.ts';
import { decodeText, type OpenedDocument, openDocument } from './read-document.ts';
import { rtfToText } from './rtf-to-text.ts';
import { sanitiseHtml } from './sanitise-html.ts';

interface DocumentContentProps {
  readonly document: OpenedDocument;
  readonly title: string;
}

/** A document in place, as readable as its kind allows, and always as a file to keep. */
export function DocumentContent({ document, title }: DocumentContentProps) {
  return (
    <>
      <Shown document={document} title={title} />
      <Download document={document} title={title} />
    </>
  );
}

function Shown({ document, title }: DocumentContentProps) {
  const { kind, bytes } = document;
  switch (kind) {
    case 'pdf':
      return <PdfFrame document={document} title={title} />;
    case 'image':
      return <Picture document={document} title={title} />;
    case 'html':
      return <Note html={decodeText(bytes)} />;
    case 'rtf':
      return <PlainText text={rtfToText(decodeText(bytes))} />;
    case 'text':
      return <PlainText text={decodeText(bytes)} />;
    case 'ccda': {
      const text = decodeText(bytes);
      const ccda = readCcda(text);
      if (!ccda) return <PlainText text={text} />;
      const { body } = ccda;
      return (
        <CcdaView document={ccda}>
          {body && <Shown document={openDocument(body.bytes, body.type)} title={title} />}
        </CcdaView>
      );
    }
    default:
      return <Text c="dimmed">A browser cannot show a file of this kind ({document.type}). Download it instead.</Text>;
  }
}

function PdfFrame({ document, title }: DocumentContentProps) {
  const url = useObjectUrl(document, document.type);
  // The whole width for the page itself: what Chromium and Firefox take from the address (PDF open parameters).
  return (
    url && (
      <iframe src={`${url}#navpanes=0&view=FitH`} title={title} style={{ border: 0, width: '100%', height: '70vh' }} />
    )
  );
}

function Picture({ document, title }: DocumentContentProps) {
  const url = useObjectUrl(document, document.type);
  return url && <Image src={url} alt={title} fit="contain" mah="70vh" />;
}

function PlainText({ text }: { readonly text: string }) {
  return (
    <Text component="pre" size="sm" m={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  );
}

function Note({ html }: { readonly html: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.replaceChildren(sanitiseHtml(html)), [html]);
  return <Typography ref={place} style={{ overflowX: 'auto' }} tabIndex={0} role="document" />;
}

/** Saved, never opened: as plain bytes the browser does nothing with it. */
function Download({ document, title }: DocumentContentProps) {
  const url = useObjectUrl(document, 'application/octet-stream');
  return (
    <Button
      component="a"
      href={url}
      download={`${title}${ENDINGS[document.kind]}`}
      variant="default"
      size="xs"
      mt="sm"
      leftSection={<IconDownload size={14} aria-hidden />}
    >
      Download
    </Button>
  );
}

const ENDINGS = { pdf: '.pdf', image: '', ccda: '.xml', html: '.html', rtf: '.rtf', text: '.txt', other: '' } as const;

/** An address of the bytes within this page, for as long as they are shown. */
function useObjectUrl({ bytes }: OpenedDocument, type: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return url;
}
