/** `sonomask pacs fetch`: studies of an archive into a folder, and into a project. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SourceImage } from '../../../shared/domain';
import type { AddedStudy, PacsFetched } from '../../../shared/ipc';
import { Identities, projectKey, pseudonymous } from '../../deidentify';
import { WorkerHost } from '../../inference';
import { fetchStudies } from '../../pacs';
import { isServerPlace, ProjectStore } from '../../project';
import { addStudy, type StudyApi } from '../../study';
import { usage } from '../arguments';
import { type Command, type Context, exitCodeOf, more } from '../command';
import { cliUser } from '../open-project';
import { PACS_LOGIN, PACS_OPTIONS, withPacs } from '../pacs-options';

const MEGABYTE = 1e6;

export const pacsFetch: Command = {
  name: 'pacs fetch',
  summary: 'Fetch studies of a DICOMweb archive into a folder (WADO-RS).',
  operands: '<Study Instance UID...>',
  options: {
    ...PACS_OPTIONS,
    out: { value: 'DIR', help: 'gets STUDY/SERIES/INSTANCE.dcm; what is there is not fetched again' },
    modality: { value: 'M', help: 'series of this modality alone; default: all that have pictures' },
    project: { value: 'P.sonomask', help: 'add the images to this project; made where it is missing' },
    pseudonyms: { help: 'with --project: the project keeps pseudonyms of patients and studies' },
  },
  details: `
Instances come as the server has them, compressed as they are. A fetch that was cut off is asked again and goes on where it
was. What could not be fetched is named, and the exit code is then 1.${PACS_LOGIN}`,
  run: (args, context) =>
    withPacs(args, async (connection) => {
      const [project, pseudonyms] = [args.text('project'), args.flag('pseudonyms')];
      if (args.operands.length === 0) throw usage('study', 'at least one Study Instance UID is needed');
      if (pseudonyms && project === undefined) throw usage('--pseudonyms', '--pseudonyms needs --project');
      const { progress, signal } = context;
      const folder = resolve(args.required('out'));
      progress.start();
      const fetched = await fetchStudies(
        connection,
        { folder, studies: args.operands, modality: args.text('modality') },
        {
          signal,
          onProgress: ({ done, total, bytes }) =>
            progress.update(done, total, 'images', { MB: Math.round(bytes / MEGABYTE) }),
        },
      );
      const added = project === undefined ? null : await addTo(project, fetched, pseudonyms, context);
      const failures = [...fetched.failed, ...(added?.failed ?? [])];
      return {
        exitCode: exitCodeOf(failures, signal),
        json: { folder, ...fetched, ...(added && { project: { folder: project, ...added } }) },
        text: [
          `${fetched.fetched} images fetched, ${fetched.kept} were there: ${folder}`,
          ...(added ? [`${added.added} images added to ${project}`] : []),
          ...failures.map(({ message }) => `failed: ${message}`),
          ...more(failures, fetched.failedCount + (added?.failedCount ?? 0)),
        ].join('\n'),
      };
    }),
};

async function addTo(
  folder: string,
  { folders, fetched }: PacsFetched,
  pseudonyms: boolean,
  { signal, progress, startWorker }: Context,
): Promise<Omit<AddedStudy, 'project'>> {
  const store =
    isServerPlace(folder) || existsSync(folder) ? await ProjectStore.open(folder) : await ProjectStore.create(folder);
  const worker = new WorkerHost<StudyApi>('study', startWorker('study'));
  try {
    const identities = pseudonyms ? new Identities(await projectKey(store.folder)) : null;
    progress.start();
    const added = await addStudy(store, worker, folders, {
      ...{ signal, onProgress: ({ done, found }) => progress.update(done, found, 'images') },
      ...(identities && { known: (image: SourceImage) => pseudonymous(image, identities) }),
    });
    const detail = { fetched, added: added.added, pseudonyms };
    await store.audit.append({ user: cliUser(store), action: 'pacs-fetch', subject: 'studies', detail });
    return added;
  } finally {
    worker.dispose();
    await store.close();
  }
}
