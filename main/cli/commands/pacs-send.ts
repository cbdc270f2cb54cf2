/** `sonomask pacs send`: accepted masks of a project to the archive that has their images. */
import type { PacsSent } from '../../../shared/ipc';
import { planSending, recordStored, sendMasks } from '../../pacs';
import { type Command, exitCodeOf, more, type Outcome } from '../command';
import { cliUser, withProject } from '../open-project';
import { PACS_LOGIN, PACS_OPTIONS, withPacs } from '../pacs-options';

export const pacsSend: Command = {
  name: 'pacs send',
  summary: "Send a project's accepted masks to a DICOMweb archive as DICOM SEG (STOW-RS).",
  operands: '<project folder>',
  options: PACS_OPTIONS,
  details: `
One segmentation an image, into the image's own study, where the archive has that image. The same masks are the same instance,
so what the archive has is not sent again; after a correction a further instance is. Nothing is ever deleted there. What could
not be sent is named, and the exit code is then 1.${PACS_LOGIN}`,
  run: (args, { progress, signal }) =>
    withPacs(args, (connection) =>
      withProject(args, async (store) => {
        progress.start();
        const plan = await planSending(store, signal);
        const recording: Promise<void>[] = [];
        try {
          const sent = await sendMasks(connection, plan, {
            signal,
            onProgress: ({ done, total }) => progress.update(done, total, 'frames'),
            onStored: (stored) =>
              void recording.push(recordStored(store, { ...stored, user: cliUser(store), server: connection.host })),
          });
          return outcomeOf(sent, signal);
        } finally {
          await Promise.all(recording);
        }
      }),
    ),
};

function outcomeOf(report: PacsSent, signal: AbortSignal): Outcome {
  const { sent, already, masks, unsent, unsentCount, warnings } = report;
  const lines = [
    `${sent} segmentations with ${masks} masks sent; ${already} were there`,
    ...unsent.map(({ kind, path, detail }) => `not sent: ${kind}: ${path}${detail ? `: ${detail}` : ''}`),
    ...more(unsent, unsentCount),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  return { exitCode: exitCodeOf(unsent, signal), json: report, text: lines.join('\n') };
}
