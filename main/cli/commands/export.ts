/** `sonomask export`: a project's masks as other programs read them. */
import { resolve } from 'node:path';
import {
  EXPORT_FORMATS,
  EXPORT_SETS,
  type CopiedImages,
  type ExportFormat,
  type ExportRequest,
  type ExportResult,
  type SplitRatios,
} from '../../../shared/ipc';
import { exportProject, writeExport } from '../../export';
import { type Arguments, parseNumber, usage } from '../arguments';
import { type Command, EXIT, more, type Outcome } from '../command';
import { keepOf } from '../keep-option';
import { cliUser, projectLabel, withProject } from '../open-project';

export const exportMasks: Command = {
  name: 'export',
  summary: "Write a project's masks in the formats of other programs.",
  operands: '<project folder>',
  options: {
    out: { value: 'DIR', help: 'a new folder is made in it' },
    format: { value: 'F,...', help: `of ${EXPORT_FORMATS.join(', ')}; default png,coco` },
    label: { value: 'LABEL', help: 'of this label only; default: all labels' },
    all: { help: 'masks of frames that nobody has accepted, too' },
    split: { value: 'A,B,C', help: 'shares of train, val and test, by patient, such as 70,15,15' },
    manifest: { help: 'manifest.json: hashes of frames and files, and where each mask came from' },
    images: { help: 'the source images too, de-identified; all names and UIDs are then pseudonyms' },
    blank: { help: 'with --images: make everything outside the ultrasound regions of each file black' },
    keep: { value: '"x0,y0,x1,y1;..."', help: 'with --images: make everything outside these pixels black' },
    readers: { help: 'the names of readers in the manifest, too' },
  },
  details: `
A patient is in the same set in every export. What a format cannot hold as it is (holes in YOLO, overlaps where a pixel has
one label) is named in the result, mask by mask; docs/formats.md tells what is done. The folder is complete or absent.`,
  run: (args, { progress, signal }) =>
    withProject(args, async (store) => {
      const label = args.text('label');
      const request: ExportRequest = {
        folder: resolve(args.required('out')),
        formats: formatsOf(args),
        include: args.flag('all') ? 'all' : 'accepted',
        manifest: args.flag('readers') ? 'readers' : args.flag('manifest') ? 'plain' : 'none',
        ...(wantsImages(args) && { images: { keep: keepOf(args) } }),
        ...(label !== undefined && { labelIds: [(await projectLabel(store, label)).id] }),
        ...(args.text('split') !== undefined && { split: ratiosOf(args) }),
      };
      progress.start();
      const result = await exportProject(store, request, {
        signal,
        user: cliUser(store),
        onProgress: ({ done, total }) => progress.update(done, total, 'frames'),
        write: writeExport,
      });
      return outcomeOf(result);
    }),
};

/** @throws AppError `usage` for blanking of images that nobody asked for */
function wantsImages(args: Arguments): boolean {
  if (args.flag('images')) return true;
  if (args.flag('blank') || args.text('keep') !== undefined)
    throw usage('--images', '--blank and --keep need --images');
  return false;
}

function formatsOf(args: Arguments): ExportFormat[] {
  const names = (args.text('format') ?? 'png,coco').split(',').map((name) => name.trim());
  const formats = EXPORT_FORMATS.filter((format) => names.includes(format));
  if (formats.length === names.length) return formats;
  throw usage('--format', `--format takes ${EXPORT_FORMATS.join(', ')}; got "${names.join(',')}"`);
}

function ratiosOf(args: Arguments): SplitRatios {
  const parts = (args.text('split') ?? '').split(',').map((part) => parseNumber('--split', part));
  const [train = NaN, val = NaN, test = NaN] = parts;
  if (parts.length === 3 && parts.every((part) => part >= 0) && train + val + test > 0) return { train, val, test };
  throw usage('--split', '--split takes three shares, such as 70,15,15');
}

function outcomeOf(result: ExportResult): Outcome {
  const { folder, frames, masks, sets, images, lossCount, losses, warnings, warningCount, withoutPatient } = result;
  const lines = [
    `${masks} masks on ${frames} frames: ${folder}`,
    ...(sets ? [EXPORT_SETS.map((set) => `${set} ${sets[set]}`).join(', ')] : []),
    ...(withoutPatient > 0 ? [`${withoutPatient} frames of no known patient were split image by image`] : []),
    ...(images ? imageLines(images) : []),
    ...warnings.map(({ path, code }) => `source ${path}: ${code}`),
    ...more(warnings, warningCount),
    ...losses.map(({ format, kind, path, label }) => `${format}: ${kind}: ${path}${label ? ` (${label})` : ''}`),
    ...more(losses, lossCount),
  ];
  const exitCode = images?.failedCount ? EXIT.failed : EXIT.done;
  return { exitCode, json: result, text: lines.join('\n') };
}

function imageLines({ files, decompressed, failed, failedCount, text, textCount }: CopiedImages): string[] {
  return [
    `${files} images de-identified${decompressed > 0 ? `, ${decompressed} of them stored uncompressed` : ''}`,
    ...failed.map(({ message }) => `left out: ${message}`),
    ...more(failed, failedCount),
    ...(text.length > 0 ? ['Look at these pictures: text in them is likely, or could not be looked for:'] : []),
    ...text.map((path) => `  ${path}`),
    ...more(text, textCount),
  ];
}
