import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Where Stitch is loaded from and runs. Source: docs.connect.fastenhealth.com/stitch. */
const STITCH_CDN = 'https://cdn.fastenhealth.com';
const STITCH_FRAME = 'https://embed.connect.fastenhealth.com';

/**
 * Security headers. The content policy lets the page talk to this bridge, to the configured Medplum (by websocket too)
 * and to Stitch, and to nobody else.
 *
 * @param medplumBaseUrl - The Medplum that the page signs in to.
 * @param fastenBaseUrl - The configured Fasten, which is where a sandbox serves its stand-in for Stitch.
 */
export function pageHeaders(medplumBaseUrl: string, fastenBaseUrl: string): RequestHandler {
  const medplum = new URL(medplumBaseUrl).origin;
  const fasten = new URL(fastenBaseUrl).origin;
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", STITCH_CDN, fasten],
        // Mantine and Stitch put style elements into the page.
        styleSrc: ["'self'", "'unsafe-inline'", STITCH_CDN, fasten],
        imgSrc: ["'self'", 'data:', 'blob:', medplum, STITCH_CDN, fasten],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", medplum, medplum.replace(/^http/, 'ws'), fasten, fasten.replace(/^http/, 'ws')],
        frameSrc: ["'self'", 'blob:', medplum, STITCH_FRAME, fasten],
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
