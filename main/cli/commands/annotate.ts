/** `sonomask annotate`: proposals for whole folders. */
import { resolve } from 'node:path';
import { openLanes } from '../../batch';
import { isInside, listImages, type Listing } from '../../study';
import { type Arguments, usage } from '../arguments';
import { type Command, exitCodeOf, failureOf } from '../command';
import { MODEL_OPTION, openModel } from '../open-model';
import { annotateImages, type OutputFormat } from '../tasks/annotate-images';

const FORMATS: readonly OutputFormat[] = ['png', 'coco'];

export const annotate: Command = {
  name: 'annotate',
  summary: 'Propose masks for images and folders of images.',
  operands: '<path...>',
  options: {
    out: { value: 'DIR', help: 'folder for the results; made where missing' },
    label: { value: 'LABEL', help: 'what to outline; default: every label that the model has a head for' },
    model: MODEL_OPTION,
    format: { value: 'png|coco', help: 'what to write, both as "png,coco"; default png' },
    resume: { help: 'keep what an earlier run with the same model has finished' },
  },
  details: `
Reads PNG, JPEG, TIFF, BMP, DICOM, NIfTI, MetaImage and AVI in any depth of folders, every frame of a loop. png: one
mask a frame, 0 and 255, of the frame's own size, as DIR/NAME.png, with several labels DIR/LABEL/NAME.png; of a loop
NAME-frame-0001.png and so on. coco: DIR/annotations.json with compressed run lengths.
An image that cannot be read is reported and skipped. Ctrl-C leaves complete files only; --resume continues.`,
  run: async (args, { progress, signal, startWorker }) => {
    const out = resolve(args.required('out'));
    const formats = formatsOf(args);
    const { images, failures: missing } = await findImages(args, out);
    const model = await openModel(args);
    const label = args.text('label');
    const labels = label === undefined ? model.manifest.heads.map((head) => head.label) : [label];
    if (labels.length === 0) throw usage('--model', `${model.folder} has no head, so it proposes nothing`);
    for (const failure of missing) progress.failed(failureOf(failure));

    const lanes = openLanes({ modelFolder: model.folder, provider: () => 'auto', startWorker });
    const result = await annotateImages({
      ...{ lanes: lanes.encoders, model, labels, images, out, formats, resume: args.flag('resume'), signal },
      onStart: (kept) => progress.start(kept),
      onProgress: (done, total, image) => progress.update(done, total, image.relativePath),
      onFailure: (failure) => progress.failed(failureOf(failure)),
    }).finally(() => lanes.dispose());
    const failed = [...missing, ...result.failures];
    const { kept, cancelled, coco } = result;
    const annotated = result.entries.length - kept;
    return {
      exitCode: exitCodeOf(failed, signal),
      json: {
        ...{ out, model: model.manifest.id, labels, annotated, kept, cancelled, ...(coco && { coco }) },
        images: result.entries.map(({ source, frame, widthPx, heightPx, masks }) => ({
          ...{ source, ...(frame !== undefined && { frame: frame + 1 }), widthPx, heightPx },
          masks: masks.map(({ label: name, iou, areaPx, bbox, file }) => ({
            ...{ label: name, iou, areaPx, bbox: bbox ?? null, ...(file && { file: file.name }) },
          })),
        })),
        failed: failed.map(failureOf),
      },
      text: [
        `${annotated} images annotated${kept ? `, ${kept} kept from before` : ''}, ${failed.length} failed`,
        ...failed.map(({ message }) => `  ${message}`),
        cancelled ? `Cancelled; --resume continues. Results so far: ${out}` : `Results: ${out}`,
      ].join('\n'),
    };
  },
};

function formatsOf(args: Arguments): OutputFormat[] {
  const names = (args.text('format') ?? 'png').split(',').map((name) => name.trim());
  const formats = FORMATS.filter((format) => names.includes(format));
  if (formats.length !== names.length) {
    throw usage('--format', `--format takes ${FORMATS.join(' or ')}, or both with a comma; got "${names.join(',')}"`);
  }
  return formats;
}

/** The images of all operands, without the results of an earlier run where they lie inside the study. */
async function findImages(args: Arguments, out: string): Promise<Listing> {
  if (args.operands.length === 0) throw usage('path', 'name at least one image or folder');
  const paths = args.operands.map((path) => resolve(path));
  if (paths.includes(out)) throw usage('--out', `${out} is the folder of the images: masks would mix with them`);
  const { images, failures } = await listImages(paths);
  const isWithin = paths.some((path) => isInside(out, path));
  return { images: isWithin ? images.filter(({ absolutePath }) => !isInside(absolutePath, out)) : images, failures };
}
