/** The faults that strike at a rate, of Fasten and of the store. */
import { ask, byId, el, perform } from './dom.js';

const GROUPS = [
  ['webhooks', 'Webhooks'],
  ['api', "Fasten's API"],
  ['downloads', 'Downloads'],
  ['store', 'The store'],
];
/** Fields by what a fault heeds: label, and what the input takes. */
const MEASURES = {
  ms: ['Milliseconds', { type: 'number', min: 0, max: 600_000 }],
  copies: ['Copies', { type: 'number', min: 2, max: 10 }],
  bytes: ['Bytes', { type: 'number', min: 1, max: 1000 }],
  path: ['Path, as a regular expression', { spellcheck: 'false' }],
};
const METHODS = ['', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const pathOf = ({ group }) => (group === 'store' ? 'store-faults' : 'faults');
/** By name: what shows the state of a fault. */
const states = new Map();

function describe({ setting, asked, struck }) {
  if (setting === null) return 'off';
  const often = setting.times === undefined ? '' : `, at most ${setting.times}`;
  return `${Math.round(setting.rate * 100)} %, seed ${setting.seed}${often}: struck ${struck} of ${asked}`;
}

function field(label, name, attributes, value) {
  return el('label', {}, label, el('input', { name, autocomplete: 'off', ...attributes, value }));
}

function fieldsOf({ defaults, setting }) {
  const { rate = 1, seed = 1, times = '', method } = setting ?? {};
  const heeded = Object.keys(defaults).map((name) => {
    const [label, attributes] = MEASURES[name];
    return field(label, name, { ...attributes, required: true }, String(setting?.[name] ?? defaults[name]));
  });
  const methods = METHODS.map((value) => el('option', { value, selected: value === (method ?? '') }, value || 'any'));
  return [
    field(
      'Rate in per cent',
      'rate',
      { type: 'number', min: 0, max: 100, step: 'any', required: true },
      String(rate * 100),
    ),
    field('Seed', 'seed', { type: 'number', required: true }, String(seed)),
    field('At most, if at all', 'times', { type: 'number', min: 1 }, String(times)),
    ...heeded,
    ...('path' in defaults ? [el('label', {}, 'Method', el('select', { name: 'method' }, ...methods))] : []),
  ];
}

/** What the fields say; `rate` in per cent there. */
function settingOf(form) {
  const said = [...new FormData(form)].filter(([, value]) => value !== '');
  const parts = said.map(([name, value]) => [name, ['path', 'method'].includes(name) ? value : Number(value)]);
  const { rate, ...setting } = Object.fromEntries(parts);
  return { ...setting, rate: rate / 100 };
}

function change(fault, setting, done) {
  return perform(`${fault.label}: ${done}`, async () => {
    showStates(await ask('PUT', pathOf(fault), { [fault.name]: setting }));
  });
}

function faultRow(fault) {
  const state = el('span');
  const off = el('button', { type: 'button', 'aria-label': `Switch off: ${fault.label}` }, 'Switch off');
  off.addEventListener('click', () => change(fault, null, 'off.'));
  const once = el('button', { type: 'button', 'aria-label': `Strike once: ${fault.label}` }, 'Strike once');
  const form = el(
    'form',
    {},
    el('p', {}, fault.what),
    ...fieldsOf(fault),
    el('button', { type: 'submit', 'aria-label': `Switch on: ${fault.label}` }, 'Switch on'),
    once,
    off,
  );
  once.addEventListener('click', () => {
    if (form.reportValidity()) void change(fault, { ...settingOf(form), rate: 1, times: 1 }, 'strikes once.');
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void change(fault, settingOf(form), 'on.');
  });
  states.set(fault.name, { state, off });
  return el('details', {}, el('summary', {}, el('span', { class: 'name' }, fault.label), state), form);
}

function showStates(faults) {
  for (const fault of faults) {
    const { state, off } = states.get(fault.name) ?? {};
    if (!state) continue;
    state.textContent = describe(fault);
    const isSpent = fault.setting?.times !== undefined && fault.struck >= fault.setting.times;
    state.className = fault.setting === null || isSpent ? 'quiet' : 'on';
    off.disabled = fault.setting === null;
  }
}

/** A simulator may stand alone, without a store of the sandbox. */
const storeFaults = () => ask('GET', 'store-faults').catch(() => []);

/** Lists every fault there is. */
export async function showFaults() {
  const faults = [...(await ask('GET', 'faults')), ...(await storeFaults())];
  const groups = GROUPS.map(([group, title]) => {
    const rows = faults.filter((fault) => fault.group === group).map(faultRow);
    const none = el('p', { class: 'quiet' }, 'No sandbox Medplum was named to this simulator.');
    return el('div', {}, el('h3', {}, title), ...(rows.length > 0 ? rows : [none]));
  });
  byId('fault-groups').replaceChildren(...groups);
  for (const [id, path] of [
    ['reset-fasten', 'faults'],
    ['reset-store', 'store-faults'],
  ]) {
    byId(id).disabled = !faults.some((fault) => pathOf(fault) === path);
    byId(id).addEventListener('click', () =>
      perform('Switched off.', async () => showStates(await ask('DELETE', path))),
    );
  }
  showStates(faults);
}

/** Shows how often each has struck by now. */
export async function watchFaults() {
  showStates([...(await ask('GET', 'faults')), ...(await storeFaults())]);
}
