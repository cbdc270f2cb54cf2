/**
 * Writes what a plan says into a folder of its own: one format after the other, then the manifest. Whether the folder is
 * kept is the caller's affair (export-project.ts).
 */
import { rm } from 'node:fs/promises';
import type { ExportFormat, ExportLoss } from '../../shared/ipc';
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
  readonly losses: readonly ExportLoss[];
  readonly lossCount: number;
}

export interface WriteTools {
  readonly signal: AbortSignal;
  onProgress(progress: { readonly done: number; readonly total: number }): void;
}

/** @throws AppError `cancelled`, `disk-full`, `write-failed` */
export async function writeExport(
  plan: ExportPlan,
  folder: string,
  { signal, onProgress }: WriteTools,
): Promise<WrittenExport> {
  // A process that died on the way may have left something.
  await rm(folder, { recursive: true, force: true });
  const job = new ExportJob(plan, folder, signal, onProgress);
  for (const format of plan.formats) {
    job.begin(format);
    await FORMATS[format](job);
  }
  if (plan.manifest !== 'none') await writeManifest(job);
  return { losses: job.losses, lossCount: job.lossCount };
}
