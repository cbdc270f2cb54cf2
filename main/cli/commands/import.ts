/** `sonomask import`: masks of other programs into a project. */
import { resolve } from 'node:path';
import { WorkerHost } from '../../inference';
import { importMasks, readMasks } from '../../import';
import { ProjectStore } from '../../project';
import { FrameSource, type StudyApi } from '../../study';
import { usage } from '../arguments';
import { type Command, EXIT, more } from '../command';
import { cliUser } from '../open-project';

const DEFAULT_LABEL = 'mask';

export const importCommand: Command = {
  name: 'import',
  summary: 'Read masks that other programs made into a project.',
  operands: '<project folder> <file or folder...>',
  options: {
    label: { value: 'LABEL', help: `of masks whose file names none; default "${DEFAULT_LABEL}"` },
  },
  details: `
Reads PNG masks and label maps, COCO, YOLO segmentation, NIfTI, DICOM SEG, labelme, X-AnyLabeling, US30K and nnU-Net folders.
A frame is found by its name, else by the pixels of an image that lies with the mask; from DICOM SEG by SOP Instance UID. Imported masks wait for review as proposals do;
nobody's work is replaced. What was not imported is named with its reason, and the exit code is then 1.`,
  run: async (args, { progress, signal, startWorker }) => {
    const [folder, ...paths] = args.operands;
    if (folder === undefined || paths.length === 0)
      throw usage('import', 'name a project and at least one file or folder');
    const store = await ProjectStore.open(folder);
    const worker = new WorkerHost<StudyApi>('study', startWorker('study'));
    const source = new FrameSource(store, worker, () => undefined);
    try {
      progress.start();
      const request = { paths: paths.map((path) => resolve(path)), label: args.text('label') ?? DEFAULT_LABEL };
      const report = await importMasks(store, request, {
        ...{ signal, user: cliUser(store), read: readMasks },
        onProgress: ({ done, total }) => progress.update(done, total, 'files'),
        open: (frameId) => source.open(frameId),
        save: (edit) => store.masks.save(edit),
      });
      const { files, masks, frames, problems, problemCount, newLabels } = report;
      await store.audit.append({
        ...{ user: cliUser(store), action: 'import', subject: request.paths[0] ?? '' },
        detail: { files, masks, frames },
      });
      return {
        exitCode: problemCount > 0 ? EXIT.failed : EXIT.done,
        json: report,
        text: [
          `${masks} masks imported on ${frames} frames`,
          ...newLabels.map((label) => `new label: ${label}`),
          ...problems.map(({ kind, file, detail }) => `${kind}: ${file}: ${detail}`),
          ...more(problems, problemCount),
        ].join('\n'),
      };
    } finally {
      source.dispose();
      worker.dispose();
      await store.close();
    }
  },
};
