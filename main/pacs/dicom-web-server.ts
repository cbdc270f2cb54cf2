/** Which DICOMweb server is meant and how one logs in: what a user may say of it, checked. It opens no connection. */
import { isIP } from 'node:net';
import { AppError } from '../../shared/errors';

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

export interface DicomWebServer {
  /** Of the service, such as `https://pacs.example.org/dicom-web`. */
  readonly url: string;
  readonly credentials: Credentials;
  /** PEM file with certificates to trust beside the public authorities, for a hospital's own. */
  readonly caFile?: string | undefined;
  /** Patients and passwords may go unencrypted to other machines. */
  readonly allowPlaintext?: boolean | undefined;
}

/** The service's URL, ending in `/`. @throws AppError `usage`, `pacs-plaintext` */
export function serviceUrl({ url: text, allowPlaintext = false }: Pick<DicomWebServer, 'url' | 'allowPlaintext'>): URL {
  const url = parsedUrl(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new AppError('usage', 'URL', `not the address of a DICOMweb service: it begins with https://`);
  }
  if (url.username || url.password) {
    throw new AppError('usage', url.host, `${url.host}: user and password do not belong into the address`);
  }
  if (url.protocol === 'http:' && !allowPlaintext && !isLoopback(url.hostname)) {
    throw new AppError('pacs-plaintext', url.host, `${url.host}: http would send patient data unencrypted; use https`);
  }
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** Undefined for what is none. (`URL.canParse` is younger than the oldest Electron this runs in.) */
export function parsedUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** The `Authorization` header; undefined without login. @throws AppError `usage` for what no header can hold */
export function authorizationOf(credentials: Credentials): string | undefined {
  if (credentials.kind === 'none') return undefined;
  if (credentials.kind === 'bearer') {
    if (/^[\x21-\x7e]+$/.test(credentials.token)) return `Bearer ${credentials.token}`;
    throw new AppError('usage', 'token', 'the token has characters that no token has');
  }
  const { user, password } = credentials;
  if (user.includes(':')) throw new AppError('usage', 'user', 'a user name cannot have a colon');
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** What never leaves this machine. */
function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
