/**
 * Where a shared project is: `postgres://USER@HOST:PORT/DATABASE?project=NAME`, read and checked. Nothing is sent anywhere
 * that is not encrypted, unless it stays on this computer.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors';

/** The whole of a connection string, or what `server:NAME` is taken to be. */
const URL_VARIABLE = 'SONOMASK_DATABASE_URL';
const PROJECT_NAME = /^[a-z][a-z0-9_]{0,29}$/;
/** Of libpq's modes the two that mean something here: anything weaker would trust whoever answers. */
const TLS_MODES = ['disable', 'verify-full'];

export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Null: not in the string; `PGPASSWORD` or the caller has it. */
  readonly password: string | null;
  readonly project: string;
  /** Null: plain, within this computer. Else the certificates to trust, PEM; undefined: those the system trusts. */
  readonly tls: { readonly ca: string | undefined } | null;
}

/** Whether a project's place is on a server; else it is a folder. */
export function isServerPlace(place: string): boolean {
  return /^(postgres(ql)?:\/\/|server:)/i.test(place);
}

/**
 * @param place a connection string with `project=NAME`, or `server:NAME` where `SONOMASK_DATABASE_URL` says which server.
 *   `sslrootcert=FILE` names the authority that signed the server's certificate, where the system does not know it.
 * @throws AppError `usage` for anything else, and for a connection over a network that would not be encrypted and checked
 */
export function parsePlace(place: string): ServerPlace {
  const url = urlOf(place);
  const shown = withoutPassword(url);
  const known = ['project', 'sslmode', 'sslrootcert'];
  const odd = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (odd !== undefined)
    throw new AppError('usage', shown, `${shown}: "${odd}" is not understood; ${known.join(', ')}`);
  const project = url.searchParams.get('project') ?? '';
  if (!PROJECT_NAME.test(project)) {
    throw new AppError('usage', shown, `${shown}: project=NAME is needed, of letters a-z, digits and _, at most 30`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const database = decodeURIComponent(url.pathname.slice(1));
  const user = decodeURIComponent(url.username);
  if (!host || !database || !user) throw new AppError('usage', shown, `${shown}: user, host and database are needed`);
  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    database,
    user,
    password: url.password === '' ? null : decodeURIComponent(url.password),
    project,
    tls: tlsOf(url, host, shown),
  };
}

/** The same place as text, without the password: what may be shown, kept and compared. */
export function placeText({ host, port, database, user, project, tls }: ServerPlace): string {
  const name = host.includes(':') ? `[${host}]` : host;
  const encrypted = tls && isLoopback(host) ? '&sslmode=verify-full' : '';
  const where = `${name}:${port}/${encodeURIComponent(database)}`;
  return `postgres://${encodeURIComponent(user)}@${where}?project=${project}${encrypted}`;
}

/** The schema that holds the project's tables; roles are named after it. */
export function schemaOf({ project }: Pick<ServerPlace, 'project'>): string {
  return `sonomask_${project}`;
}

/** What this computer keeps of a shared project: embeddings, thumbnails, copies of heads. May be deleted at any time. */
export function localFolder(place: ServerPlace): string {
  const base = process.env['SONOMASK_SHARED_FOLDER'] ?? join(homedir(), '.sonomask', 'shared');
  const { host, port, database, project } = place;
  const digest = createHash('sha256')
    .update(JSON.stringify([host, port, database, project]))
    .digest('hex');
  return join(base, `${project}-${digest.slice(0, 8)}`);
}

function urlOf(place: string): URL {
  const named = /^server:(.*)$/i.exec(place)?.[1];
  const text = named === undefined ? place : process.env[URL_VARIABLE];
  if (text === undefined) throw new AppError('usage', place, `${place}: ${URL_VARIABLE} says of no server`);
  let url: URL;
  try {
    url = new URL(text);
    decodeURIComponent(`${url.pathname}${url.username}${url.password}`);
  } catch (cause) {
    throw new AppError('usage', 'connection string', 'the connection string cannot be read', { cause });
  }
  if (!/^postgres(ql)?:$/.test(url.protocol)) {
    throw new AppError('usage', 'connection string', 'a connection string begins with postgres://');
  }
  if (named !== undefined) url.searchParams.set('project', named);
  return url;
}

function withoutPassword(url: URL): string {
  const copy = new URL(url);
  copy.password = '';
  return copy.href;
}

function tlsOf(url: URL, host: string, shown: string): ServerPlace['tls'] {
  const mode = url.searchParams.get('sslmode') ?? (isLoopback(host) ? 'disable' : 'verify-full');
  if (!TLS_MODES.includes(mode) || (mode === 'disable' && !isLoopback(host))) {
    throw new AppError('usage', shown, `${shown}: over a network sslmode=verify-full alone is allowed`);
  }
  const file = url.searchParams.get('sslrootcert');
  if (mode === 'disable') return null;
  try {
    return { ca: file === null ? undefined : readFileSync(file, 'utf8') };
  } catch (cause) {
    throw new AppError('file-unreadable', file ?? '', `${file} cannot be read`, { cause });
  }
}

/** Within this computer nobody else listens. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
