/** Studies from DICOMweb servers and masks to them: in a worker of its own, one thing at a time. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MethodOf, PayloadOf, ResultOf } from '../../../shared/worker-protocol';
import { WorkerHost } from '../../inference';
import {
  planSending,
  recordStored,
  type DicomWebServer,
  type PacsApi,
  type PacsReport,
  type StoredMasks,
} from '../../pacs';
import { actingUser, assertSeesOthers } from '../acting-user';
import type { Archives } from '../archives';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import { utilityWorker } from '../utility-transport';
import type { Workstation } from '../workstation';
import { LongRun } from './long-run';

type Channels =
  | 'pacs.servers'
  | 'pacs.save'
  | 'pacs.remove'
  | 'pacs.test'
  | 'pacs.folder'
  | 'pacs.find'
  | 'pacs.fetch'
  | 'pacs.send'
  | 'pacs.cancel';

const FOUND_LIMIT = 200;
/** For a worker that was told to stop, to take away what it had half written. */
const GRACE_MS = 2_000;

export interface PacsDesk {
  readonly archives: Archives;
  readonly session: ProjectSession;
  readonly workstation: Workstation;
  readonly preferences: PreferenceStore;
  readonly page: Page;
  /** Folder for studies that belong to no project yet. */
  readonly documents: string;
}

export function pacsHandlers(desk: PacsDesk): Pick<Handlers, Channels> {
  const { archives, session, page } = desk;
  const running = new LongRun('pacs', desk.workstation);
  const known = (id: string): DicomWebServer => archives.reach(archives.get(id), undefined);
  const tell = (report: PacsReport): void => {
    if (report.kind === 'progress') page.tell('pacs.progress', { done: report.done, total: report.total });
  };
  const find = (server: DicomWebServer, query: Parameters<PacsApi['find']>[0]['asked']) =>
    running.start((signal) => askWorker('find', { server, asked: query }, signal, tell));
  return {
    'pacs.servers': () => archives.list(),
    'pacs.save': async ({ server, secret, remember }) => {
      await archives.save(server, secret, remember);
      return archives.list();
    },
    'pacs.remove': async ({ id }) => {
      await archives.remove(id);
      return archives.list();
    },
    'pacs.test': async ({ server, secret }) => {
      await find(archives.reach(server, secret), { query: {}, limit: 1 });
    },
    'pacs.folder': ({ id }) => {
      const { path, name } = session.current ?? { path: '', name: '' };
      const isFolder = path !== '' && existsSync(path);
      return isFolder ? join(dirname(path), `${name} PACS`) : join(desk.documents, fileNameOf(archives.get(id).name));
    },
    'pacs.find': ({ id, query }) => find(known(id), { query, limit: FOUND_LIMIT }),
    'pacs.fetch': ({ id, ...asked }) =>
      running.start((signal) => askWorker('fetch', { server: known(id), asked }, signal, tell)),
    'pacs.send': ({ id }) => running.start((signal) => send(desk, known(id), signal, tell)),
    'pacs.cancel': () => running.cancel(),
  };
}

async function send(
  { session, preferences }: PacsDesk,
  server: DicomWebServer,
  signal: AbortSignal,
  tell: (report: PacsReport) => void,
): ReturnType<PacsApi['send']> {
  assertSeesOthers(session);
  const { store } = session;
  const about = { user: actingUser(session, preferences), server: new URL(server.url).host };
  const recording: Promise<void>[] = [];
  const record = (stored: StoredMasks): void => void recording.push(recordStored(store, { ...stored, ...about }));
  try {
    const asked = await planSending(store, signal);
    return await askWorker('send', { server, asked }, signal, (report) =>
      report.kind === 'stored' ? record(report.stored) : tell(report),
    );
  } finally {
    await Promise.all(recording);
  }
}

async function askWorker<M extends MethodOf<PacsApi>>(
  method: M,
  payload: PayloadOf<PacsApi, M>,
  signal: AbortSignal,
  onReport: (report: PacsReport) => void,
): Promise<ResultOf<PacsApi, M>> {
  const worker = new WorkerHost<PacsApi>('pacs', utilityWorker('pacs'));
  try {
    return await worker.request(method, payload, {
      signal,
      onProgress: (report) => onReport(report as PacsReport),
    });
  } finally {
    setTimeout(() => worker.dispose(), signal.aborted ? GRACE_MS : 0);
  }
}

/** A server's name as that of a folder, on every system. */
function fileNameOf(name: string): string {
  return name.replace(/[<>:"/\\|?*\p{Cc}]|^\.+|[. ]+$/gu, '_');
}
