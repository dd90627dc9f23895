import type { Attachment, Resource } from '@medplum/fhirtypes';

/** What a resource carries as files: the content of a document, the printed form of a report, a picture. */
export function attachmentsOf(resource: Resource): Attachment[] {
  const all = carriedBy(resource);
  return all.filter(({ url, data, contentType, title }) => url ?? data ?? contentType ?? title);
}

function carriedBy(resource: Resource): Attachment[] {
  switch (resource.resourceType) {
    case 'DocumentReference':
      return resource.content.map(({ attachment }) => attachment);
    case 'DiagnosticReport':
      return resource.presentedForm ?? [];
    case 'Media':
      return [resource.content];
    case 'Communication':
      return resource.payload?.flatMap(({ contentAttachment }) => contentAttachment ?? []) ?? [];
    default:
      return [];
  }
}
