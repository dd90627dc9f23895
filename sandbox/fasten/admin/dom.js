/** An element with attributes and children; `on...` attributes are listeners, `false` leaves one out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Calls the remote control. Throws an Error with what it says is wrong. */
export async function ask(method, path, body) {
  const json =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`/admin/${path}`, { method, ...json });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error ?? `it answered ${answer.status}`);
  return said;
}

/** Does something and says how it went, for everyone to see and to hear. */
export async function perform(done, work) {
  try {
    await work();
    byId('said').textContent = done;
  } catch (error) {
    byId('said').textContent = `That did not work: ${error.message}`;
  }
}

export function fillSelect(select, options) {
  select.replaceChildren(...options.map(([value, label = value]) => el('option', { value }, label)));
}

const shown = new WeakMap();

/** Shows a list anew if it has changed; what had the focus keeps it. */
export function showRows(list, items, toRow) {
  const state = JSON.stringify(items);
  if (shown.get(list) === state) return;
  shown.set(list, state);
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  list.replaceChildren(...items.map(toRow));
  if (focused !== undefined) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}
