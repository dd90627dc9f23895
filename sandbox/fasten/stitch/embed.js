/**
 * The inside of the stand-in: search a health system, sign in there in a popup, connect another one, close. It posts what
 * the real frame posts (strings, to any origin), in the same order.
 */
const asked = new URLSearchParams(location.search);
const main = document.getElementById('main');
const publicId = asked.get('public-id') ?? '';
const apiMode = publicId.split('_')[1] === 'live' ? 'live' : 'test';
const names = {
  external_id: asked.get('external-id') ?? undefined,
  external_state: asked.get('external-state') ?? undefined,
};
const connected = [];
let waitingFor;

function tell(event_type, data) {
  window.parent.postMessage(
    JSON.stringify({ api_mode: apiMode, event_type, ...(data !== undefined && { data }) }),
    '*',
  );
}

function show(html) {
  main.innerHTML = html;
  main.querySelector('h1')?.setAttribute('tabindex', '-1');
  main.querySelector('h1')?.focus();
}

async function begin() {
  const org = await fetch(`/v1/bridge/org?public_id=${encodeURIComponent(publicId)}`);
  if (!/^[^_]+_[^_]+_[^_]+$/.test(publicId) || !org.ok) {
    tell('widget.config_error');
    show('<h1>This widget is not set up</h1><p>The public id is not known.</p>');
    return;
  }
  const again = asked.get('reconnect-org-connection-id');
  if (again) showReconnect(again);
  else await showPortals();
}

/** No search; but a popup wants a click in this frame. */
function showReconnect(org_connection_id) {
  show('<h1>Connect again</h1><p>Sign in once more at the same place.</p><button type="button">Continue</button>');
  const which = `reconnect=${encodeURIComponent(org_connection_id)}`;
  main.querySelector('button').addEventListener('click', () => signIn(which, { org_connection_id }));
}

async function showPortals() {
  const portals = await (await fetch('/stitch/portals')).json();
  show('<h1>Find your health system</h1><input type="search" aria-label="Search" placeholder="Search" /><ul></ul>');
  const list = main.querySelector('ul');
  for (const portal of portals) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = portal.name;
    button.addEventListener('click', () => {
      const { portal_id, brand_id, endpoint_id } = portal;
      signIn(`portal=${encodeURIComponent(portal_id)}`, { portal_id, brand_id, endpoint_id });
    });
    const item = document.createElement('li');
    item.append(button);
    list.append(item);
  }
  main.querySelector('input').addEventListener('input', ({ target }) => {
    for (const item of list.children) {
      item.hidden = !item.textContent.toLowerCase().includes(target.value.toLowerCase());
    }
  });
}

/** Fasten waits 20 minutes for the popup and then says nothing at all; so does this, without an end. */
function signIn(which, told) {
  tell('patient.connection_pending', { public_id: publicId, ...told, ...names });
  waitingFor = window.open(`/stitch/portal?${which}`, '_blank', 'popup=true,width=700,height=600');
  show('<h1>Sign in at your health system</h1><p>A window has opened. Sign in there, then come back.</p>');
}

window.addEventListener('message', async ({ origin, source, data }) => {
  if (origin !== location.origin || source !== waitingFor) return;
  const { allow, ...choice } = JSON.parse(data);
  if (allow) await succeed(choice);
  else fail(choice);
});

async function succeed(choice) {
  const response = await fetch('/stitch/connections', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...choice, ...names }),
  });
  if (!response.ok) {
    fail({ ...choice, error: 'fasten_server_error' });
    return;
  }
  const made = await response.json();
  const { request_id, external_id, external_state, ...entry } = made;
  connected.push(entry);
  tell('patient.connection_success', made);
  show(`<h1>Connected</h1><p>${connected.length} connected so far.</p>
    <button type="button" id="more">Connect another</button> <button type="button" id="done">Close</button>`);
  document.getElementById('more').addEventListener('click', showPortals);
  document.getElementById('done').addEventListener('click', () => {
    tell('widget.complete', connected);
    tell('widget.close');
  });
}

function fail({ portal_id, error = 'access_denied' }) {
  const description = 'the person or the health system said no';
  tell('patient.connection_failed', {
    error,
    error_description: description,
    request_id: 'sandbox',
    portal_id,
    ...names,
  });
  show('<h1>That did not work</h1><p>The health system was not connected.</p><button type="button">Try again</button>');
  main.querySelector('button').addEventListener('click', showPortals);
}

document.getElementById('leave').addEventListener('click', () => tell('widget.close'));
await begin();
