import { readFile } from 'node:fs/promises';
import { DOCUMENT_FAULTS } from './left-out.ts';
import { makeFacts } from './make-facts.ts';
import { readDocument } from './read-document.ts';

const USAGE = `usage: npm run bots:convert -- FILE.xml ...

Prints what the bot ccda-to-fhir makes of C-CDA files, as one JSON line a file, and why what it leaves out. Nothing is sent
anywhere; what is in a record already is not looked at.`;

process.exitCode = await main(process.argv.slice(2));

async function main(files: readonly string[]): Promise<number> {
  if (files.length === 0) {
    console.error(USAGE);
    return 2;
  }
  for (const file of files) console.log(JSON.stringify({ file, ...(await convert(file)) }));
  return 0;
}

async function convert(file: string): Promise<object> {
  const read = readDocument(await readFile(file));
  if (!read) return { ignored: 'no C-CDA' };
  if ('fault' in read) return { fault: read.fault, because: DOCUMENT_FAULTS[read.fault] };
  const { facts, leftOut } = makeFacts(read, { reference: 'Patient/unknown' });
  return { facts: facts.map(({ section, resource }) => ({ section, resource })), leftOut };
}
