/**
 * Answers the page's requests for pixels, all PNG: app://sonomask/frame/ID?sha256=…, app://sonomask/cine/ID and
 * app://sonomask/thumb/ID.
 */
import { z } from 'zod';
import { rowId, sha256 } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import { FRAME_HASH_HEADER } from '../../shared/ipc';
import type { FrameSource } from '../study';

const id = z.coerce.number().pipe(rowId);

/**
 * @param source of the open project
 * @returns undefined for an address that is not of pixels
 */
export async function answerPixels(url: URL, source: FrameSource | undefined): Promise<Response | undefined> {
  const match = /^\/(frame|cine|thumb)\/(\d{1,15})$/.exec(url.pathname);
  if (!match) return undefined;
  const frameId = id.safeParse(match[2]);
  const hash = sha256.safeParse(url.searchParams.get('sha256'));
  if (!frameId.success || (match[1] === 'frame' && !hash.success)) return status(400);
  if (!source) return status(404);
  try {
    if (match[1] === 'thumb') return picture(await source.thumbnail(frameId.data));
    if (hash.success) return picture(await source.pixels(frameId.data, hash.data));
    const read = await source.read(frameId.data);
    return picture(read.png, { [FRAME_HASH_HEADER]: read.sha256 });
  } catch (error) {
    return status(isAppError(error) && error.code === 'frame-changed' ? 409 : 404);
  }
}

function picture(png: Uint8Array, about: Readonly<Record<string, string>> = {}): Response {
  return new Response(new Uint8Array(png), {
    headers: {
      'content-type': 'image/png',
      // Patients' pictures are not to be kept by anybody on the way.
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
      ...about,
    },
  });
}

function status(code: 400 | 404 | 409): Response {
  return new Response(null, { status: code, headers: { 'content-security-policy': "default-src 'none'" } });
}
