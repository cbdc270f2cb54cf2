/**
 * Writes what a plan says into a folder of its own: one format after the other, then the manifest. Whether the folder is
 * kept is the caller's affair (export-project.ts).
 */
import { rm } from 'node:fs/promises';
import type { CopiedImages, ExportFormat, ExportLoss, ExportSet } from '../../shared/ipc';
import { copyImages } from './copy-images';
import { ExportJob } from './export-job';
import type { ExportPlan } from './export-plan';
import { exportCocoPolygons, exportCocoRle } from './formats/coco';
import { exportCsv } from './formats/csv';
import { exportDicomSeg } from './formats/dicom-seg';
import { exportIndexed } from './formats/indexed';
import { exportNifti } from './formats/nifti';
import { exportNnunet } from './formats/nnunet';
import { exportPng } from './formats/png';
import { exportUs30k } from './formats/us30k';
import { exportVoc } from './formats/voc';
import { exportYolo } from './formats/yolo';
import { writeManifest } from './manifest';

const FORMATS: Readonly<Record<ExportFormat, (job: ExportJob) => Promise<void>>> = {
  png: exportPng,
  coco: exportCocoRle,
  'coco-polygon': exportCocoPolygons,
  csv: exportCsv,
  indexed: exportIndexed,
  yolo: exportYolo,
  voc: exportVoc,
  us30k: exportUs30k,
  nnunet: exportNnunet,
  nifti: exportNifti,
  'dicom-seg': exportDicomSeg,
};

export interface WrittenExport {
  readonly frames: number;
  readonly masks: number;
  readonly sets: Readonly<Record<ExportSet, number>>;
  readonly images: CopiedImages | null;
  readonly losses: readonly ExportLoss[];
  readonly lossCount: number;
}

export interface WriteTools {
  readonly signal: AbortSignal;
  onProgress(progress: { readonly done: number; readonly total: number }): void;
}

/** @throws AppError `cancelled`, `disk-full`, `write-failed` */
export async function writeExport(
  asked: ExportPlan,
  folder: string,
  { signal, onProgress }: WriteTools,
): Promise<WrittenExport> {
  // A process that died on the way may have left something.
  await rm(folder, { recursive: true, force: true });
  const before = asked.images ? asked.frames.length : 0;
  const after = asked.formats.length * asked.frames.length;
  const { plan, copied } = asked.images
    ? await copyImages(asked, asked.images, folder, {
        signal,
        onProgress: ({ done }) => onProgress({ done, total: before + after }),
      })
    : { plan: asked, copied: null };
  const told: WriteTools['onProgress'] = ({ done, total }) =>
    onProgress({ done: before + done, total: before + total });
  const job = new ExportJob(plan, folder, signal, told);
  for (const format of plan.formats) {
    job.begin(format);
    await FORMATS[format](job);
  }
  if (plan.manifest !== 'none') await writeManifest(job);
  const sets = { train: 0, val: 0, test: 0 };
  for (const { set } of plan.frames) sets[set]++;
  const masks = plan.frames.reduce((sum, frame) => sum + frame.masks.length, 0);
  const { losses, lossCount } = job;
  return { frames: plan.frames.length, masks, sets, images: copied, losses, lossCount };
}
