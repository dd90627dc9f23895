/**
 * A stand-in for Fasten's element of the same name, as its CDN serves it: a button that opens a frame from another origin,
 * and the DOM event `eventBus` whose `detail.data` is a JSON string `{api_mode, event_type, data}`. The frame belongs to
 * the origin that this script came from.
 */
const frameOrigin = new URL(import.meta.url).origin;

/** What the frame is told, in its address: the element's attributes of the same names. */
const ATTRIBUTES = [
  'public-id',
  'external-id',
  'external-state',
  'email',
  'reconnect-org-connection-id',
  'brand-id',
  'portal-id',
  'endpoint-id',
  'search-only',
  'search-query',
  'search-sort-by',
  'search-sort-by-opts',
  'show-splash',
  'tefca-mode',
  'tefca-csp-prompt-force',
  'identity-request-uri',
  'event-types',
  'static-backdrop',
  'connect-mode',
  'sdk-mode',
];

class FastenStitchElement extends HTMLElement {
  #frame;
  #dialog;

  connectedCallback() {
    window.addEventListener('message', this.#hear);
    if (this.querySelector('button.fasten-stitch-button')) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'fasten-stitch-button';
    button.textContent = this.getAttribute('button-label') || this.textContent.trim() || 'Connect';
    button.addEventListener('click', () => this.show());
    this.replaceChildren(button);
  }

  disconnectedCallback() {
    this.hide();
    window.removeEventListener('message', this.#hear);
  }

  /** Opens the frame; nothing when it is open. */
  show() {
    if (this.#dialog) return;
    this.#frame = document.createElement('iframe');
    this.#frame.title = 'Fasten Connect (sandbox)';
    this.#frame.src = `${frameOrigin}/stitch/embed?${this.#query()}`;
    this.#dialog = document.createElement('dialog');
    this.#dialog.className = 'fasten-stitch-dialog';
    this.#dialog.setAttribute('aria-label', 'Fasten Connect (sandbox)');
    this.#dialog.append(this.#frame);
    const isStatic = this.getAttribute('static-backdrop') === 'true';
    // With a static backdrop the page may not take the frame away under somebody who is signing in.
    this.#dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      if (!isStatic) this.hide();
    });
    this.#dialog.addEventListener('click', ({ target }) => {
      if (!isStatic && target === this.#dialog) this.hide();
    });
    this.append(this.#dialog);
    this.#dialog.showModal();
  }

  hide() {
    this.#dialog?.remove();
    this.#dialog = undefined;
    this.#frame = undefined;
  }

  #query() {
    const query = new URLSearchParams();
    for (const name of ATTRIBUTES) {
      const value = this.getAttribute(name);
      if (value) query.set(name, value);
    }
    // TEFCA mode is never a search; without a mode it is nothing else.
    query.set('search-only', query.get('tefca-mode') === 'true' ? 'false' : 'true');
    return query;
  }

  #hear = (message) => {
    if (message.origin !== frameOrigin || message.source !== this.#frame?.contentWindow) return;
    const text = String(message.data);
    if (JSON.parse(text).event_type === 'widget.close') this.hide();
    this.dispatchEvent(new CustomEvent('eventBus', { detail: { data: text }, bubbles: true }));
  };
}

customElements.define('fasten-stitch-element', FastenStitchElement);
