/** TEFCA mode: one proof of who somebody is, a locator that finds where their records lie, and a tick for each. */
import { ask, asked, fail, main, names, show, showConnected, succeed } from './frame.js';

/** The proof of identity; here one says who one is. */
export async function showIdentity() {
  const { people, sites, own } = (await ask('/stitch/vault')).answer;
  showPeople([...people, own], (person) => locate(person, sites));
}

/** Somebody comes back to one site, whose permission has ended. */
export async function proveAgain(org_connection_id) {
  const { people, own } = (await ask('/stitch/vault')).answer;
  showPeople([...people, own], (person) => authorize(person, [], org_connection_id));
}

function showPeople(people, goOn) {
  show(`<h1>Prove who you are</h1><p>There is no real proof of identity behind this.</p><form>
    <label>You are <select name="who"></select></label>
    <button type="submit">Continue with CLEAR (sandbox)</button></form>`);
  const form = main.querySelector('form');
  form.elements.who.append(
    ...people.map(({ given, family, email }) => new Option(`${given} ${family} (${email})`, email)),
  );
  const email = asked.get('email');
  if (people.some((person) => person.email === email)) form.elements.who.value = email;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    goOn(people.find((person) => person.email === form.elements.who.value));
  });
}

/** What the record locator found: all ticked, none connected yet. */
function locate(person, sites) {
  show(`<h1>We found your records</h1><form><ul></ul><button type="submit">Continue</button></form>`);
  main.querySelector('ul').append(
    ...sites.map(({ tefcaDirectoryId, name }) => {
      const label = document.createElement('label');
      const box = Object.assign(document.createElement('input'), {
        type: 'checkbox',
        checked: true,
        value: tefcaDirectoryId,
      });
      label.append(box, ` ${name}`);
      const item = document.createElement('li');
      item.append(label);
      return item;
    }),
  );
  main.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    const boxes = [...main.querySelectorAll('input')];
    const left = sites.filter((_, index) => !boxes[index].checked);
    void authorize(
      person,
      boxes.filter(({ checked }) => checked).map(({ value }) => value),
      undefined,
      left,
    );
  });
}

async function authorize({ email, given, family, birthDate, gender }, sites, reconnect, left = []) {
  const patient = { given, family, birthDate, gender };
  const { ok, answer } = await ask('/stitch/vault', { email, patient, sites, reconnect, ...names });
  for (const made of answer.successes ?? []) succeed(made);
  for (const id of answer.failures ?? []) {
    fail({
      error: 'unknown_error_during_connect',
      error_description: 'no longer in the directory',
      tefca_directory_id: id,
    });
  }
  if (!ok) fail({ error: 'fasten_server_error', error_description: 'the sites could not be connected' });
  showConnected(showIdentity, left.map(asLocated));
}

/** An account that was found and not authorised has no id yet. */
function asLocated({ tefcaDirectoryId, platformType }) {
  return {
    org_connection_id: '',
    connection_status: 'connected',
    platform_type: platformType,
    tefca_directory_id: tefcaDirectoryId,
  };
}
