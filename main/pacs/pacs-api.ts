/** What the PACS worker does: whatever a server answers is read in a process that has neither project nor window. */
import type { PacsFetched, PacsFound, PacsQuery, PacsSent } from '../../shared/ipc';
import type { WorkerContext } from '../../shared/worker-protocol';
import { Connection } from './connection';
import type { DicomWebServer } from './dicom-web-server';
import { fetchStudies, type FetchRequest } from './fetch-studies';
import { findStudies } from './query';
import { sendMasks, type SendPlan, type StoredMasks } from './send-masks';

interface Asked<T> {
  readonly server: DicomWebServer;
  readonly asked: T;
}

/** What is reported on the way. */
export type PacsReport =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'stored'; readonly stored: StoredMasks };

export const pacsApi = {
  /** @throws AppError as `findStudies` does */
  find: (
    { server, asked: { query, limit } }: Asked<{ readonly query: PacsQuery; readonly limit: number }>,
    { signal }: WorkerContext,
  ): Promise<PacsFound> => connected(server, (connection) => findStudies(connection, query, { limit, signal })),

  /** Reports `PacsReport`. @throws AppError as `fetchStudies` does */
  fetch: ({ server, asked }: Asked<FetchRequest>, { signal, report }: WorkerContext): Promise<PacsFetched> => {
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      report({ kind: 'progress', done, total } satisfies PacsReport);
    return connected(server, (connection) => fetchStudies(connection, asked, { signal, onProgress }));
  },

  /** Reports `PacsReport`. @throws AppError as `sendMasks` does */
  send: ({ server, asked }: Asked<SendPlan>, { signal, report }: WorkerContext): Promise<PacsSent> =>
    connected(server, (connection) =>
      sendMasks(connection, asked, {
        signal,
        onProgress: ({ done, total }) => report({ kind: 'progress', done, total } satisfies PacsReport),
        onStored: (stored) => report({ kind: 'stored', stored } satisfies PacsReport),
      }),
    ),
};

export type PacsApi = typeof pacsApi;

async function connected<T>(server: DicomWebServer, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.open(server);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}
