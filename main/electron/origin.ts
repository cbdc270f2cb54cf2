/** The origin the interface is served from, and the test that something belongs to it. */

export const SCHEME = 'app';
export const HOST = 'sonomask';
export const START_URL = `${SCHEME}://${HOST}/index.html`;
/** The page of the second window. */
export const SECOND_URL = `${SCHEME}://${HOST}/second.html`;
/** The hidden page that decodes videos. */
export const DECODER_URL = `${SCHEME}://${HOST}/decoder.html`;

/** True only for pages we serve ourselves. Compared by parts: Node's `URL.origin` is "null" for a custom scheme. */
export function isOurs(url: string): boolean {
  try {
    const { protocol, host, username, password } = new URL(url);
    return protocol === `${SCHEME}:` && host === HOST && username === '' && password === '';
  } catch {
    return false;
  }
}

/** True only for the page of the first window: no other of ours asks main for anything. */
export function isInterface(url: string): boolean {
  return isOurs(url) && new URL(url).pathname === new URL(START_URL).pathname;
}
