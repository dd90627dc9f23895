/** What every part of the frame stands on: what it was asked, the page in it, and the parent that it tells. */
export const asked = new URLSearchParams(location.search);
export const publicId = asked.get('public-id') ?? '';
export const apiMode = publicId.split('_')[1] === 'live' ? 'live' : 'test';
export const names = {
  external_id: asked.get('external-id') ?? undefined,
  external_state: asked.get('external-state') ?? undefined,
};
export const main = document.getElementById('main');

/** Attributes that are switches say the word `true`. */
export const isOn = (name) => asked.get(name) === 'true';

/** What widget.complete will list, made in this window so far. */
const connected = [];

/** Posts what the real frame posts: a string, to any origin. */
export function tell(event_type, data) {
  const event = { api_mode: apiMode, event_type, ...(data !== undefined && { data }) };
  window.parent.postMessage(JSON.stringify(event), '*');
}

export function show(html) {
  main.innerHTML = html;
  main.querySelector('h1')?.setAttribute('tabindex', '-1');
  main.querySelector('h1')?.focus();
}

export function onClick(id, act) {
  document.getElementById(id)?.addEventListener('click', act);
}

/** A list of buttons, each with a name. */
export function showButtons(list, entries) {
  list.replaceChildren(
    ...entries.map(({ name, act }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = name;
      button.addEventListener('click', act);
      const item = document.createElement('li');
      item.append(button);
      return item;
    }),
  );
}

export async function ask(path, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, body && { method: 'POST', headers, body: JSON.stringify(body) });
  return { ok: response.ok, answer: await response.json() };
}

/** A connection was made: told at once, and again when the window is closed. */
export function succeed(made) {
  const { request_id, external_id, external_state, patient_auth_type, ...entry } = made;
  connected.push(entry);
  tell('patient.connection_success', made);
}

export function fail(more) {
  tell('patient.connection_failed', { request_id: 'sandbox', ...more, ...names });
}

/**
 * Where a session ends, or goes on: several connections can be made in one. `found` are accounts that were located and not
 * authorised; they are listed without an id.
 */
export function showConnected(goOn, found = []) {
  show(`<h1>Connected</h1><p>${connected.length} connected so far.</p>
    <button type="button" id="more">Connect another</button> <button type="button" id="done">Close</button>`);
  onClick('more', goOn);
  onClick('done', () => {
    tell('widget.complete', [...connected, ...found]);
    tell('widget.close');
  });
}
