/** Channels about export. What is written is main/export's affair. */
import { z } from 'zod';
import { frameSummary, rowId, sizePx } from '../domain';
import { absolutePath, channel } from './channel';
import { problemSchema } from './study';

/** In the order they are offered. */
export const EXPORT_FORMATS = [
  'png',
  'coco',
  'csv',
  'indexed',
  'coco-polygon',
  'yolo',
  'voc',
  'us30k',
  'nnunet',
  'nifti',
  'dicom-seg',
] as const;
const exportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof exportFormat>;

/** Which way a frame goes in training. */
export const EXPORT_SETS = ['train', 'val', 'test'] as const;
const exportSet = z.enum(EXPORT_SETS);
export type ExportSet = z.infer<typeof exportSet>;

/** Formats that are nothing without sets; the others write lists of them. */
export const FORMATS_WITH_SETS: ReadonlySet<ExportFormat> = new Set(['yolo', 'voc', 'us30k', 'nnunet']);

/** Shares of patients, of whatever sum. */
export const splitRatiosSchema = z
  .object({
    train: z.number().min(0).max(1_000),
    val: z.number().min(0).max(1_000),
    test: z.number().min(0).max(1_000),
  })
  .refine(({ train, val, test }) => train + val + test > 0, 'one set must get something');
export type SplitRatios = z.infer<typeof splitRatiosSchema>;

export const DEFAULT_SPLIT: SplitRatios = { train: 70, val: 15, test: 15 };

/** Pixels from (x0, y0) up to, not including, (x1, y1). */
const rectangle = z.object({ x0: z.int().min(0), y0: z.int().min(0), x1: z.int().min(1), y1: z.int().min(1) });

/** Part of every picture; with `only` of those of one size, or of the ones of that size in one series. */
const keptArea = rectangle.extend({
  only: z.exactOptional(z.object({ widthPx: sizePx, heightPx: sizePx, seriesId: z.exactOptional(rowId) })),
});
export type KeptArea = z.infer<typeof keptArea>;

export const exportRequestSchema = z.object({
  /** A new folder is made in it; `app.showInFolder` opens the one that `export.run` answers. */
  folder: absolutePath,
  formats: z.array(exportFormat).min(1),
  /** `accepted`: masks of frames the user accepted; `all`: every mask neither rejected nor deleted, proposals too. */
  include: z.enum(['accepted', 'all']),
  /** Left out: all labels. */
  labelIds: z.exactOptional(z.array(rowId).min(1)),
  /** Left out: no sets, but for formats that need them, which get `DEFAULT_SPLIT`. */
  split: z.exactOptional(splitRatiosSchema),
  /** manifest.json: hashes of frames and files, where each mask came from; `readers`: and who drew it. */
  manifest: z.enum(['none', 'plain', 'readers']),
  /**
   * The source images too, de-identified; the masks then speak of these copies. `keep`: what of the picture is not made
   * black: everything, the ultrasound regions that each file names, or given areas; a picture that none of them is for is
   * left out.
   */
  images: z.exactOptional(
    z.object({ keep: z.union([z.enum(['everything', 'regions']), z.array(keptArea).min(1).max(10_000).readonly()]) }),
  ),
});
export type ExportRequest = z.infer<typeof exportRequestSchema>;

/**
 * What a format could not hold as it is. `bridged`: a hole or a further part is joined by a line of no width. `overlap`:
 * pixels of two masks; the smaller one keeps them. `too-many`: more masks on a frame than the format can count. `empty`: a
 * mask without pixels. `no-pixels`: the source cannot be read, or has other pixels than those the masks were made on.
 * `no-dicom`: the source is no DICOM image, or one that nothing can refer to. `not-copied`: measured on a frame without a mask,
 * whose image does not go along de-identified.
 */
export const exportLossSchema = z.object({
  format: exportFormat,
  kind: z.enum(['bridged', 'overlap', 'too-many', 'empty', 'no-pixels', 'no-dicom', 'not-copied']),
  /** Source of the frame. */
  path: z.string(),
  /** Null where it concerns the whole frame. */
  label: z.string().nullable(),
});
export type ExportLoss = z.infer<typeof exportLossSchema>;

/** De-identified images beside the masks. Lists name sources, at most 1,000 of each. */
export const copiedImagesSchema = z.object({
  files: z.int().min(0),
  /** Compressed ones that are stored uncompressed, since they were blanked. */
  decompressed: z.int().min(0),
  /** Left out, with their masks. */
  failed: z.array(problemSchema),
  failedCount: z.int().min(0),
  /** Text in the picture is likely, or could not be looked for. */
  text: z.array(z.string()),
  textCount: z.int().min(0),
});
export type CopiedImages = z.infer<typeof copiedImagesSchema>;

export const exportResultSchema = z.object({
  /** Absolute path of the folder that was made. */
  folder: z.string(),
  frames: z.int().min(0),
  masks: z.int().min(0),
  /** Null where none were asked for. */
  images: copiedImagesSchema.nullable(),
  /** Frames whose source is missing or changed; their masks are exported where the format needs no source. At most 1,000. */
  warnings: z.array(problemSchema),
  warningCount: z.int().min(0),
  /** At most 1,000; `lossCount` tells all. */
  losses: z.array(exportLossSchema),
  lossCount: z.int().min(0),
  /** Frames in each set; null where none were asked for. */
  sets: z.record(exportSet, z.int().min(0)).nullable(),
  /** Frames of no known patient, each of which was taken for one of its own. */
  withoutPatient: z.int().min(0),
});
export type ExportResult = z.infer<typeof exportResultSchema>;

/** Images of one series and size that an export would take along: what an area is drawn for. */
export const exportPicturesSchema = z.object({
  ...frameSummary.unwrap().pick({ seriesId: true, seriesName: true, studyName: true }).shape,
  widthPx: sizePx,
  heightPx: sizePx,
  /** Of each image one frame, the first to be exported; at most 1,000. */
  frameIds: z.array(rowId),
  imageCount: z.int().min(1),
});
export type ExportPictures = z.infer<typeof exportPicturesSchema>;

export const exportChannels = {
  'export.pictures': channel(exportRequestSchema.pick({ include: true }), z.array(exportPicturesSchema)),
  /** Complete or absent: throws `cancelled`, `disk-full`, `write-failed`, and then leaves nothing behind. */
  'export.run': channel(exportRequestSchema, exportResultSchema),
  'export.cancel': channel(z.undefined(), z.void()),
};

export const exportEvents = {
  /** Of one format after the other. */
  'export.progress': z.object({ done: z.int().min(0), total: z.int().min(0) }),
};
