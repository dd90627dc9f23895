import DOMPurify from 'dompurify';

/** A note is read: it sends nothing, plays nothing, frames nothing and brings no look of its own. */
const FORBIDDEN_TAGS = ['style', 'form', 'input', 'button', 'textarea', 'select', 'audio', 'video', 'svg', 'math'];
const FORBIDDEN_ATTRIBUTES = ['style', 'class', 'id', 'name', 'target', 'background', 'bgcolor', 'srcset'];

/**
 * HTML of a source that can stand in the page: no script, no request to anybody (images only as data), links only to
 * https, opened elsewhere without telling where from.
 */
export function sanitiseHtml(html: string): DocumentFragment {
  const purifier = DOMPurify(window);
  purifier.addHook('afterSanitizeAttributes', (node) => {
    const source = node.getAttribute('src');
    if (source !== null && !/^data:image\/(png|jpeg|gif|webp);/i.test(source)) node.removeAttribute('src');
    // What its author did not describe, and what was not fetched, is no news to who cannot see it.
    if (node.tagName === 'IMG' && !node.hasAttribute('alt')) node.setAttribute('alt', '');
    const link = node.getAttribute('href');
    if (link === null) return;
    if (!/^https:\/\//i.test(link)) node.removeAttribute('href');
    node.setAttribute('rel', 'noopener noreferrer');
    node.setAttribute('target', '_blank');
  });
  return purifier.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: FORBIDDEN_ATTRIBUTES,
  });
}
