import { plainMediaType } from '../../medplum/binaries/upload-binary.ts';
import { boundPatient } from '../bind-patient.ts';
import type { LoadContext } from '../load-context.ts';
import { type PreparedResource, prepareResource } from '../shape/prepare-resource.ts';
import { settleProblem } from '../write/settle-rows.ts';
import type { DocumentContent } from './document-content.ts';
import type { DocumentRow } from './documents.ts';

/**
 * Settles the Binary lines once all others are: a document is in the store by what carries it. Returns, for those that
 * nothing carries, a DocumentReference each that still has to be stored and stands for the line (`meta.source`).
 */
export function settleDocuments(context: LoadContext): PreparedResource[] {
  return [...context.documents.rows()].flatMap(([row, document]): PreparedResource[] => {
    if (context.index.isShaded(row)) return [];
    if (typeof document.content === 'string') return leaveOut(context, row, document.content);
    if (!isCarried(context, row))
      return context.documents.isDiscarded(row) ? discard(context, row) : wrap(context, row, document);
    context.tally.settle(
      context.documents.isUploaded(document.content.sha256) ? 'created' : 'unchanged',
      'Binary',
      row,
    );
    return [];
  });
}

function isCarried({ documents, states }: LoadContext, row: number): boolean {
  return [...documents.carriersOf(row)].some((carrier) => states.storedId(carrier) !== undefined);
}

/** What carried it was deleted here: with a wrapper the document would be back. */
function discard(context: LoadContext, row: number): PreparedResource[] {
  settleProblem(context, row, 'skipped', 'deleted-here');
  return [];
}

function leaveOut(
  context: LoadContext,
  row: number,
  fault: Exclude<DocumentRow['content'], DocumentContent>,
): PreparedResource[] {
  settleProblem(context, row, fault === 'empty-document' ? 'skipped' : 'quarantined', fault);
  return [];
}

/** A Binary without a carrier would be lost to every search. The wrapper claims nothing but that the document exists. */
function wrap(context: LoadContext, row: number, { id, contentType }: DocumentRow): PreparedResource[] {
  const patient = boundPatient(context);
  const wrapper = {
    resourceType: 'DocumentReference',
    status: 'current',
    ...(patient ? { subject: { reference: patient } } : {}),
    content: [{ attachment: { contentType: plainMediaType(contentType ?? ''), url: `Binary/${id}` } }],
  };
  const prepared = prepareResource(row, { resourceType: 'Binary', id }, wrapper, undefined);
  if ('links' in prepared) return [{ ...prepared, links: [] }];
  settleProblem(context, row, 'quarantined', 'invalid-resource', prepared.issues);
  return [];
}
