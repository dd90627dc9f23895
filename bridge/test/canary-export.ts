/** Stands in every text of the export below. Wherever it turns up outside Medplum, health data got out. */
export const CANARY = /qzcanary/i;

let tokens = 0;

/** A text that nothing else holds; letters and digits only, so that no encoding hides it. */
function token(): string {
  return `qzCanary${(tokens++).toString(36)}`;
}

/** Base64 text (a multiple of four characters) with a token in it, which it does not hide. */
function base64(): string {
  return token().padEnd(Math.ceil(token().length / 4) * 4 + 4, 'A');
}

const observation = (more: object) => ({
  resourceType: 'Observation',
  id: token(),
  status: 'final',
  code: { text: token() },
  ...more,
});

const deep = (levels: number): object => (levels === 0 ? { a: token() } : { a: deep(levels - 1) });

/** An export in which every text that a source may choose is a canary: good lines, and bad ones of every kind we know. */
export function canaryExport(): string[] {
  const id = token();
  const documentId = token();
  const patient = {
    resourceType: 'Patient',
    id,
    meta: { source: token(), versionId: token(), lastUpdated: token(), tag: [{ code: token(), system: token() }] },
    identifier: [{ system: `urn:${token()}`, value: token() }],
    name: [{ family: token(), given: [token()], text: token() }],
    birthDate: '1971-02-03',
    gender: token(),
    address: [{ line: [token()], city: token() }],
    telecom: [{ system: token(), value: token() }],
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${token()}</div>` },
  };
  const subject = { reference: `Patient/${id}`, display: token() };
  const lines: (object | string)[] = [
    patient,
    observation({ subject, note: [{ text: token() }], valueString: token(), language: token() }),
    observation({ subject, encounter: { reference: `Encounter/${token()}` }, method: { text: token() } }),
    observation({ performer: [{ reference: `Practitioner?identifier=http://${token()}|${token()}` }] }),
    observation({ focus: [{ reference: `urn:${token()}` }, { reference: `https://${token()}.example.test/x` }] }),
    observation({ contained: [{ resourceType: 'Patient', id: token(), name: token() }], subject }),
    observation({ [token()]: token(), code: { [token()]: { [token()]: [token()] } } }),
    observation({ effectiveDateTime: token(), issued: `${token()} `, valueQuantity: { value: token(), unit: 1 } }),
    observation({ status: token(), code: token(), category: token(), subject: token(), component: token() }),
    observation({ extension: [{ [token()]: token() }, { url: token(), valueBase64Binary: token() }, token()] }),
    observation({ id: `${token()}\ud800` }),
    observation({ id: token().repeat(300) }),
    observation({ note: [{ text: `${token()}${'x'.repeat(1_100_000)}` }] }),
    observation({ text: token(), id: `${token()}/\\ |$,#?&=%` }),
    { ...observation({}), resourceType: 'Encounter', actualPeriod: { start: token() } },
    { ...observation({}), resourceType: token() },
    { ...observation({}), id: undefined },
    { ...observation({}), id: { [token()]: token() } },
    { resourceType: 'MedicationRequest', id: token(), status: token(), intent: token(), [token()]: token(), subject },
    { resourceType: 'Condition', id: token(), [token()]: token(), code: [{ [token()]: token() }] },
    {
      resourceType: 'Subscription',
      id: token(),
      status: 'active',
      reason: token(),
      criteria: `Patient?name=${token()}`,
    },
    { resourceType: 'Binary', id: documentId, contentType: 'text/plain', data: base64() },
    { resourceType: 'Binary', id: token(), contentType: `text/${token()}`, data: base64() },
    { resourceType: 'Binary', id: token(), contentType: token(), data: `%${token()}` },
    { resourceType: 'Binary', id: token(), contentType: 'text/plain', data: base64().padEnd(1_200_000, 'A') },
    {
      resourceType: 'DocumentReference',
      id: token(),
      status: 'current',
      content: [
        { attachment: { url: `Binary/${documentId}`, title: token(), contentType: token() } },
        { attachment: { url: `https://${token()}.example.test/${token()}` } },
        { attachment: { data: base64().padEnd(40_000, 'A'), contentType: 'text/plain' } },
      ],
    },
    { resourceType: 'Bundle', id: token(), type: 'collection', entry: [{ resource: observation({}) }, token()] },
    { ...observation({}), ...deep(300) },
    [token()],
    JSON.stringify(token()),
    token(),
    `{"${token()}`,
    JSON.stringify(observation({})).slice(0, -9),
    `${JSON.stringify(observation({}))}${token()}`,
  ];
  return lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
}
