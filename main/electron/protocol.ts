/**
 * Serves the built interface at app://sonomask/ instead of file://, so that it has an origin of its own and headers.
 * Not a general file server: only files inside the renderer's folder, only GET.
 */
import { protocol } from 'electron';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { HOST, SCHEME } from './origin';

/**
 * No inline or evaluated script, nothing from the network. Inline style is allowed because the component library
 * inserts `<style>` elements.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Must run before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
}

/**
 * Must run after the app is ready and before the first window.
 *
 * @param folder holds index.html
 * @param answerPixels answers what is no file of the interface; undefined for any other address
 */
export function serveInterface(folder: string, answerPixels: (url: URL) => Promise<Response | undefined>): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.host !== HOST) return refusal(403);
    const pixels = await answerPixels(url);
    if (pixels) return pixels;
    const path = join(folder, decodeURIComponent(url.pathname));
    if (!path.startsWith(folder + sep)) return refusal(403);
    const type = TYPES[extname(path)];
    if (type === undefined) return refusal(404);
    try {
      return new Response(new Uint8Array(await readFile(path)), {
        headers: {
          'content-type': type,
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
          'cross-origin-opener-policy': 'same-origin',
        },
      });
    } catch {
      return refusal(404);
    }
  });
}

function refusal(status: 403 | 404): Response {
  return new Response(null, { status, headers: { 'content-security-policy': "default-src 'none'" } });
}
