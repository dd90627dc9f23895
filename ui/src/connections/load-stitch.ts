import type { StitchSettings } from '@fasten-medplum/bridge/contract/connection-attempt';

const TAG = 'fasten-stitch-element';
const PATIENCE_MS = 20_000;

/**
 * Loads Fasten's element once, with the stylesheet that lies beside its script.
 *
 * @throws When it cannot be loaded: a blocker, no network, or a wrong address.
 */
export async function loadStitch({ scriptUrl, styleUrl }: StitchSettings): Promise<void> {
  if (!document.querySelector(`script[src="${scriptUrl}"]`)) {
    document.head.append(styleAt(styleUrl));
    await addScript(scriptUrl);
  }
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('Stitch defines no element')), PATIENCE_MS);
  await Promise.race([customElements.whenDefined(TAG), late]).finally(() => clearTimeout(timer));
}

function styleAt(href: string): HTMLLinkElement {
  return Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
}

/** Appends the script and waits for it; one that failed is taken away, so that it can be tried again. */
function addScript(src: string): Promise<void> {
  const script = Object.assign(document.createElement('script'), { src, type: 'module' });
  document.head.append(script);
  return new Promise<void>((resolve, reject) => {
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error('Stitch cannot be loaded'));
    };
  });
}

/** The element with the attributes of an attempt. Its name is not TypeScript's to know, nor React's. */
export function createStitch(attributes: Readonly<Record<string, string | undefined>>): StitchElement {
  const element: StitchElement = document.createElement(TAG);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  return element;
}

/** Fasten's element, as far as the page uses it. */
export interface StitchElement extends HTMLElement {
  show?(): void;
}
