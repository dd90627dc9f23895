/**
 * The sign-in of a made-up health system. It answers through its opener, as a portal's callback page does; without one, where a
 * browser was redirected to it, by going back to the address that it was given.
 */
const asked = new URLSearchParams(location.search);
const form = document.querySelector('form');
const { patient, resources, personas } = await (await fetch('/stitch/patient')).json();
for (const [name, value] of Object.entries({ ...patient, resources })) form.elements[name].value = value;
form.elements.persona.append(...personas.map(({ id, title }) => new Option(title, id)));
form.hidden = false;

const which = { portal_id: asked.get('portal') ?? undefined, reconnect: asked.get('reconnect') ?? undefined };
const back = asked.get('redirect_uri');
const names = {
  external_id: asked.get('external_id') ?? undefined,
  external_state: asked.get('external_state') ?? undefined,
};

async function answer({ allow, ...choice }) {
  if (back) location.assign(await placeToGoBack(allow, choice));
  else {
    window.opener.postMessage(JSON.stringify({ ...which, allow, ...choice }), location.origin);
    window.close();
  }
}

async function placeToGoBack(allow, choice) {
  const place = new URL(back);
  const add = (entries) => {
    for (const [name, value] of Object.entries(entries)) if (value) place.searchParams.set(name, value);
  };
  const refused = { error: 'access_denied', error_description: 'the person said no', ...names };
  if (!allow) add(refused);
  else {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ ...which, ...choice, ...names });
    const response = await fetch('/stitch/connections', { method: 'POST', headers, body });
    const { org_connection_id, endpoint_id } = await response.json();
    if (response.ok) add({ org_connection_id, endpoint_id, ...names });
    else add({ error: 'fasten_server_error', error_description: 'the connection could not be made', ...names });
  }
  return place;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { resources: wanted, persona, ...person } = Object.fromEntries(new FormData(form));
  await answer({ allow: true, patient: person, resources: Number(wanted), ...(persona && { persona }) });
});
document.getElementById('deny').addEventListener('click', () => void answer({ allow: false }));
