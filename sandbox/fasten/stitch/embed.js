/** The inside of the stand-in: whether it may open at all, and with what it begins. */
import { ask, asked, isOn, main, onClick, publicId, show, tell } from './frame.js';
import { connectAgain, connectAt, showSearch } from './portals.js';
import { proveAgain, showIdentity } from './tefca.js';

async function begin() {
  const { ok, answer } = await ask(`/v1/bridge/org?public_id=${encodeURIComponent(publicId)}`);
  const flags = answer.data?.feature_flags ?? [];
  const mode = publicId.split('_')[1] === 'live' ? 'live' : 'test';
  const isRefused = isOn('tefca-mode') && !flags.includes(`${mode}.tefca.enable`);
  if (!/^[^_]+_[^_]+_[^_]+$/.test(publicId) || !ok || isRefused) {
    // Why, is for the reader of the frame alone: the event says nothing.
    tell('widget.config_error');
    const why = ok && isRefused ? 'TEFCA is not enabled for this organization.' : 'The public id is not known.';
    show(`<h1>This widget is not set up</h1><p>${why}</p>`);
    return;
  }
  if (isOn('show-splash')) showSplash();
  else await open();
}

function showSplash() {
  show('<h1>Collect your health records</h1><p>You choose where from.</p><button type="button">Get started</button>');
  main.querySelector('button').addEventListener('click', open);
}

async function open() {
  const again = asked.get('reconnect-org-connection-id');
  if (again) {
    const path = `/v1/bridge/org_connection/${encodeURIComponent(again)}?public_id=${encodeURIComponent(publicId)}`;
    const { answer } = await ask(path);
    if (answer.data?.tefca_directory_id) await proveAgain(again);
    else connectAgain(again);
  } else if (isOn('tefca-mode')) await showIdentity();
  else if (asked.get('brand-id') || asked.get('portal-id') || asked.get('endpoint-id')) await connectAt();
  else await showSearch();
}

onClick('leave', () => tell('widget.close'));
await begin();
