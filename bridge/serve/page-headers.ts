import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Where Stitch runs, and where logos come from. Source: docs.connect.fastenhealth.com/stitch. */
const FASTEN_CDN = 'https://cdn.fastenhealth.com';
const STITCH_FRAME = 'https://embed.connect.fastenhealth.com';
/** Who proves an identity in TEFCA mode: Fasten's own page, ID.me and CLEAR. Frames only: they see nothing of ours. */
const IDENTITY_FRAMES = ['https://*.fastenhealth.com', 'https://*.id.me', 'https://*.clearme.com'];

interface PageOrigins {
  readonly medplumBaseUrl: string;
  readonly fastenBaseUrl: string;
  readonly stitchUrl: string;
}

/**
 * Security headers. The content policy lets the page talk to this bridge, to the configured Medplum (by websocket too)
 * and to Stitch, and to nobody else.
 *
 * @param pages - `medplumBaseUrl`: the Medplum that the page signs in to; `fastenBaseUrl`: the configured Fasten, which is
 *   where a sandbox serves its stand-in for Stitch; `stitchUrl`: Stitch's script.
 */
export function pageHeaders(pages: PageOrigins): RequestHandler {
  const medplum = new URL(pages.medplumBaseUrl).origin;
  const fasten = new URL(pages.fastenBaseUrl).origin;
  const stitch = new URL(pages.stitchUrl).origin;
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", stitch, fasten],
        // Mantine and Stitch put style elements into the page.
        styleSrc: ["'self'", "'unsafe-inline'", stitch, fasten],
        imgSrc: ["'self'", 'data:', 'blob:', medplum, FASTEN_CDN, fasten],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", medplum, medplum.replace(/^http/, 'ws'), fasten, fasten.replace(/^http/, 'ws')],
        frameSrc: ["'self'", 'blob:', medplum, STITCH_FRAME, ...IDENTITY_FRAMES, fasten],
        mediaSrc: ["'self'", 'blob:', medplum],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    // Stitch's popup answers through its opener, which `same-origin` would cut off.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
  });
}
