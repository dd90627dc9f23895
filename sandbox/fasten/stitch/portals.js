/** Portal mode: search a health system, sign in there in a popup, connect another one. */
import {
  apiMode,
  ask,
  asked,
  fail,
  main,
  names,
  onClick,
  publicId,
  show,
  showButtons,
  showConnected,
  succeed,
  tell,
} from './frame.js';

/** As long as Fasten waits for the popup; then it stops listening and says nothing at all. */
const PATIENCE_MS = 20 * 60 * 1000;

let waitingFor;

/** Every brand of the catalog whose name holds the text, page by page. */
async function searchBrands(query) {
  const brands = [];
  for (let searchAfter; ; ) {
    const path = `/v1/bridge/catalog/search?api_mode=${apiMode}&public_id=${encodeURIComponent(publicId)}`;
    const { answer } = await ask(path, { query, searchAfter });
    const hits = answer.data?.hits.hits ?? [];
    brands.push(...hits.map(({ _source }) => _source));
    searchAfter = hits.at(-1)?.sort;
    if (hits.length === 0) return brands;
  }
}

function idsOf(brand) {
  const [portal] = brand.portals;
  return { portal_id: portal.id, brand_id: brand.id, endpoint_id: portal.endpoint_ids[0] };
}

export async function showSearch() {
  show(`<h1>Find your health system</h1><input type="search" aria-label="Search" placeholder="Search" /><ul></ul>
    <p><button type="button" id="absent">I cannot find mine</button></p>`);
  const input = main.querySelector('input');
  input.value = asked.get('search-query') ?? '';
  input.addEventListener('input', () => search(input.value));
  onClick('absent', showRequest);
  await search(input.value);
}

async function search(query) {
  const brands = await searchBrands(query);
  const list = main.querySelector('ul');
  // Somebody has gone on, or typed on, meanwhile.
  if (!list || main.querySelector('input').value !== query) return;
  showButtons(
    list,
    brands.map((brand) => ({ name: brand.name, act: () => signIn(`portal=${idsOf(brand).portal_id}`, idsOf(brand)) })),
  );
  const isWanted = (asked.get('event-types') ?? '').split(',').includes('search.query');
  if (isWanted && query !== '') {
    const results = { total: brands.length };
    const { external_id } = names;
    tell('search.query', { query, timestamp: Date.now(), filter: { locations: [] }, results, external_id });
  }
}

/** Straight to the one that the page has named. */
export async function connectAt() {
  const wanted = {
    brand_id: asked.get('brand-id'),
    portal_id: asked.get('portal-id'),
    endpoint_id: asked.get('endpoint-id'),
  };
  const brand = (await searchBrands('')).find((each) =>
    Object.entries(wanted).every(([name, id]) => id === null || id === idsOf(each)[name]),
  );
  if (!brand) {
    await showSearch();
    return;
  }
  show(`<h1></h1><p>Sign in there, and allow the records to be collected.</p><button type="button">Continue</button>`);
  main.querySelector('h1').textContent = brand.name;
  main
    .querySelector('button')
    .addEventListener('click', () => signIn(`portal=${idsOf(brand).portal_id}`, idsOf(brand)));
}

/** No search; but a popup wants a click in this frame. */
export function connectAgain(org_connection_id) {
  show('<h1>Connect again</h1><p>Sign in once more at the same place.</p><button type="button">Continue</button>');
  const which = `reconnect=${encodeURIComponent(org_connection_id)}`;
  main.querySelector('button').addEventListener('click', () => signIn(which, { org_connection_id }));
}

function signIn(which, told) {
  tell('patient.connection_pending', { public_id: publicId, ...told, ...names });
  const popup = window.open(`/stitch/portal?${which}`, '_blank', 'popup=true,width=700,height=600');
  waitingFor = popup;
  setTimeout(() => {
    if (waitingFor === popup) giveUp();
  }, PATIENCE_MS);
  show('<h1>Sign in at your health system</h1><p>A window has opened. Sign in there, then come back.</p>');
}

function giveUp() {
  waitingFor = undefined;
  show('<h1>Nobody came back</h1><p>The health system has not answered.</p><button type="button">Try again</button>');
  main.querySelector('button').addEventListener('click', showSearch);
}

window.addEventListener('message', async ({ origin, source, data }) => {
  if (origin !== location.origin || source !== waitingFor) return;
  waitingFor = undefined;
  const { allow, ...choice } = JSON.parse(data);
  if (!allow) {
    deny('access_denied', choice);
    return;
  }
  const { ok, answer } = await ask('/stitch/connections', { ...choice, ...names });
  if (!ok) {
    deny('fasten_server_error', choice);
    return;
  }
  succeed(answer);
  showConnected(showSearch);
});

function deny(error, { portal_id, reconnect }) {
  fail({
    error,
    error_description: 'the person or the health system said no',
    portal_id,
    org_connection_id: reconnect,
  });
  show('<h1>That did not work</h1><p>The health system was not connected.</p><button type="button">Try again</button>');
  main.querySelector('button').addEventListener('click', () => (reconnect ? connectAgain(reconnect) : showSearch()));
}

/** Fasten is told of a health system that is not in the catalog, and tells the page's owner by webhook. */
function showRequest() {
  show(`<h1>Which one is missing?</h1><form>
    <label>Its name <input name="name" required /></label>
    <label>Your e-mail address <input name="email" type="email" required /></label>
    <button type="submit">Ask for it</button></form>`);
  const form = main.querySelector('form');
  form.elements.email.value = asked.get('email') ?? '';
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const path = `/v1/support/healthsystem?public_id=${encodeURIComponent(publicId)}`;
    await ask(path, Object.fromEntries(new FormData(form)));
    show('<h1>Thank you</h1><p>It will be looked into.</p><button type="button">Back to the search</button>');
    main.querySelector('button').addEventListener('click', showSearch);
  });
}
