/** The sign-in of a made-up health system. It answers through its opener, as a portal's callback page does. */
const asked = new URLSearchParams(location.search);
const form = document.querySelector('form');
const { patient, resources } = await (await fetch('/stitch/patient')).json();
for (const [name, value] of Object.entries({ ...patient, resources })) form.elements[name].value = value;
form.hidden = false;

const which = { portal_id: asked.get('portal') ?? undefined, reconnect: asked.get('reconnect') ?? undefined };

function answer(choice) {
  window.opener.postMessage(JSON.stringify({ ...which, ...choice }), location.origin);
  window.close();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { resources: wanted, ...person } = Object.fromEntries(new FormData(form));
  answer({ allow: true, patient: person, resources: Number(wanted) });
});
document.getElementById('deny').addEventListener('click', () => answer({ allow: false }));
