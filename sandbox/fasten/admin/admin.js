/** The page of the remote control: it shows what the simulator says, and asks it for what a person clicks. */
import { ask, byId, el, fillSelect, perform, showRows } from './dom.js';
import { showFaults, watchFaults } from './faults.js';

const POLL_MS = 1000;
const MOST_ROWS = 50;

const FAILURES = [
  ['', 'nothing'],
  ['token_refresh_failure'],
  ['scope_patient_missing'],
  ['resource_patient_failure'],
  ['resource_invalid_content'],
  ['tefca_no_documents_found'],
  ['suppressed_please_contact'],
];
const EVENT_TYPES = [
  'patient.ehi_export_success',
  'patient.ehi_export_failed',
  'patient.connection_success',
  'patient.authorization_revoked',
  'webhook.test',
];
const WORDINGS = {
  links: ['both', 'list', 'old-field', 'bare-list'],
  stats: ['counted', 'odd', 'none'],
  ids: ['uuid', 'four-groups'],
  format: ['jsonl', 'fhir_bundle'],
};

const personas = await ask('GET', 'personas');

function fieldsOf(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
}

function onSubmit(id, done, send) {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    void perform(done, async () => {
      await send(fieldsOf(event.target));
      await refresh();
    });
  });
}

function onClick(id, done, send) {
  byId(id).addEventListener('click', () => perform(done, () => send().then(refresh)));
}

function act(key, label, done, path) {
  const onclick = () => perform(done, () => ask('POST', path).then(refresh));
  return el('button', { type: 'button', 'data-key': key, 'aria-label': `${label} ${key}`, onclick }, label);
}

function connectionRow({ orgConnectionId, platformType, status, externalId, failWith, exports }) {
  const more = [platformType, externalId && `for ${externalId}`, failWith && `fails with ${failWith}`, exports];
  const text = el('div', {}, el('strong', {}, orgConnectionId), el('br'), more.filter(Boolean).join(' · '));
  const state = el('span', { class: status === 'authorized' ? 'good' : 'bad' }, status);
  const revoke = act(orgConnectionId, 'Revoke', 'Revoked.', `connections/${orgConnectionId}/revoke`);
  return el('li', {}, text, state, ...(status === 'authorized' ? [revoke] : []));
}

function attemptText({ outcome, copies = 1 }) {
  return `${outcome}${copies > 1 ? ` × ${copies}` : ''}`;
}

function deliveryRow({ eventId, type, state, attempts, forged = [], nextAttemptAtMs }) {
  const fakes = forged.map(({ fault, outcome }) => `${fault}: ${outcome}`);
  const tried = [...attempts.map(attemptText), ...fakes].join(', ') || 'not tried yet';
  const next = nextAttemptAtMs === undefined ? '' : ` · again at ${new Date(nextAttemptAtMs).toLocaleTimeString()}`;
  const text = el(
    'div',
    {},
    el('strong', {}, type),
    el('br'),
    el('span', { class: 'quiet' }, `${eventId} · ${tried}${next}`),
  );
  const kind = { delivered: 'good', failed: 'bad' }[state] ?? 'quiet';
  const again = act(eventId, 'Redeliver', 'Sent once more.', `deliveries/${eventId}/redeliver`);
  return el('li', {}, text, el('span', { class: kind }, state), again);
}

function showWebhook({ url = '', secret, connectionEvents }) {
  const { elements } = byId('webhook');
  elements.url.value = url;
  elements.secret.value = secret;
  elements.connectionEvents.checked = connectionEvents;
}

function showChaos(chaos) {
  const { elements } = byId('chaos');
  for (const name of [...Object.keys(WORDINGS), 'copies', 'keepBytes']) elements[name].value = chaos[name];
  const { answerNext, delaysMs } = chaos;
  const held = Object.entries(delaysMs).map(([type, ms]) => `${type} by ${ms} ms`);
  byId('delays').textContent = held.length > 0 ? `Held back: ${held.join(', ')}` : 'No event is held back.';
  byId('answers').textContent = answerNext
    ? `The next ${answerNext.times} ${answerNext.method ?? ''} calls: ${answerNext.status}`
    : 'Every call is answered as documented.';
}

/** What changes by itself. */
async function refresh() {
  const [connections, tasks, deliveries, { nowMs }] = await Promise.all(
    ['connections', 'tasks', 'deliveries', 'clock'].map((path) => ask('GET', path)),
  );
  const rows = connections.map((connection) => {
    const own = tasks.filter(({ orgConnectionId }) => orgConnectionId === connection.orgConnectionId);
    return { ...connection, exports: own.length > 0 && `exports: ${own.map(({ status }) => status).join(', ')}` };
  });
  showRows(byId('connection-list'), rows.toReversed().slice(0, MOST_ROWS), connectionRow);
  showRows(byId('delivery-list'), deliveries.toReversed().slice(0, MOST_ROWS), deliveryRow);
  byId('now').textContent = new Date(nowMs).toLocaleString();
  await watchFaults();
}

async function begin() {
  fillSelect(
    byId('connect').elements.persona,
    personas.map(({ name, label }) => [name, label]),
  );
  fillSelect(byId('connect').elements.failWith, FAILURES);
  fillSelect(
    byId('delay').elements.type,
    EVENT_TYPES.map((type) => [type]),
  );
  fillSelect(byId('answer-next').elements.method, [['', 'of any method'], ['GET'], ['POST']]);
  for (const [name, values] of Object.entries(WORDINGS)) {
    fillSelect(
      byId('chaos').elements[name],
      values.map((value) => [value]),
    );
  }
  showWebhook(await ask('GET', 'webhook'));
  showChaos(await ask('GET', 'chaos'));
  await showFaults();
  await refresh();
}

onSubmit('connect', 'Connected.', ({ persona, ...more }) => {
  const { spec } = personas.find(({ name }) => name === persona);
  return ask('POST', 'connections', { ...spec, ...more });
});
onSubmit('webhook', 'Saved.', ({ connectionEvents, ...more }) =>
  ask('PUT', 'webhook', { ...more, connectionEvents: connectionEvents === 'on' }),
);
onSubmit('chaos', 'Applied.', async ({ copies, keepBytes, ...more }) =>
  showChaos(await ask('PUT', 'chaos', { ...more, copies: Number(copies), keepBytes: Number(keepBytes) })),
);
onSubmit('delay', 'Held back from now on.', async ({ type, ms }) => {
  const { delaysMs } = await ask('GET', 'chaos');
  showChaos(await ask('PUT', 'chaos', { delaysMs: { ...delaysMs, [type]: Number(ms) } }));
});
onSubmit('answer-next', 'The next calls are answered so.', async ({ status, times, ...more }) =>
  showChaos(await ask('PUT', 'chaos', { answerNext: { ...more, status: Number(status), times: Number(times) } })),
);
onClick('send-test', 'A test event is sent.', () => ask('POST', 'webhook/test'));
onClick('reset-chaos', 'Everything is said as documented.', async () => showChaos(await ask('DELETE', 'chaos')));
for (const button of document.querySelectorAll('[data-minutes]')) {
  const ms = Number(button.dataset.minutes) * 60_000;
  button.addEventListener('click', () =>
    perform('The clock was moved.', () => ask('POST', 'clock', { ms }).then(refresh)),
  );
}

await perform('', begin);
setInterval(() => document.hidden || refresh().catch(() => undefined), POLL_MS);
