/**
 * What an export is to write, as plain data: read from the project once, in the process that has it open; written by
 * another one (write-export.ts), which has neither project nor window.
 */
import type {
  Calibration,
  FrameSummary,
  Label,
  LabelId,
  MaskInstance,
  Measurement,
  MaskState,
  Origin,
  MaskRle,
} from '../../shared/domain';
import { MAIN_READING } from '../../shared/domain';
import { DEFAULT_SPLIT, FORMATS_WITH_SETS } from '../../shared/ipc';
import type { ExportFormat, ExportPictures, ExportRequest, ExportSet, Problem } from '../../shared/ipc';
import { projectKey } from '../deidentify';
import type { ProjectStore, ReadingStore } from '../project';
import { exportNames, flatNames } from './export-names';
import { setOf } from './split';

export interface PlannedMask {
  readonly labelId: LabelId;
  readonly rle: MaskRle;
  readonly state: MaskState;
  /** Predicted quality, 0 to 1; null for a mask that a person drew. */
  readonly quality: number | null;
  readonly origin: Origin;
  readonly user: string;
  readonly time: string;
}

export interface PlannedFrame {
  readonly imageId: number;
  readonly seriesId: number;
  readonly absolutePath: string;
  readonly relativePath: string;
  readonly frameIndex: number;
  readonly frameCount: number;
  readonly patient: string;
  readonly study: string;
  readonly series: string;
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly calibration: Calibration | null;
  /** Of its files, without extension: with `/` between folders, and in one folder. */
  readonly name: string;
  readonly flatName: string;
  readonly set: ExportSet;
  readonly masks: readonly PlannedMask[];
  /** By hand, in pixels. */
  readonly measurements: readonly Measurement[];
}

/** How the source images go along. */
export interface PlannedImages {
  readonly keep: NonNullable<ExportRequest['images']>['keep'];
  /** Secret of the project's pseudonyms, hexadecimal. */
  readonly key: string;
}

export interface ExportPlan {
  readonly project: string;
  /** Of the project's chain of seals when this was planned: `project verify --expect` takes it. */
  readonly head: string;
  readonly formats: readonly ExportFormat[];
  readonly include: ExportRequest['include'];
  readonly manifest: ExportRequest['manifest'];
  /** Null: the masks alone, which speak of the sources as they are. */
  readonly images: PlannedImages | null;
  /** Whether lists of sets were asked for. */
  readonly hasSets: boolean;
  /** In the project's order. */
  readonly labels: readonly Label[];
  /** In the order of the study list. */
  readonly frames: readonly PlannedFrame[];
  /** Besides, for tables: frames without any mask on which something was measured by hand; none where frames must be accepted. */
  readonly measured: readonly PlannedFrame[];
}

export interface Planned {
  readonly plan: ExportPlan;
  /** At most 1,000; `warningCount` tells all. */
  readonly warnings: readonly Problem[];
  readonly warningCount: number;
  readonly withoutPatient: number;
}

const PAGE = 500;
const WARNINGS_LISTED = 1_000;
const PICTURES_SHOWN = 1_000;

/** Of the main reading, whoever reads. @throws whatever `signal` was aborted with */
export async function planExport(store: ProjectStore, request: ExportRequest, signal: AbortSignal): Promise<Planned> {
  const { formats, include, labelIds, manifest } = request;
  const labels = (await store.labels.list()).filter(({ id }) => !labelIds || labelIds.includes(id));
  const main = store.in(MAIN_READING);
  // Of all frames: an image is called the same whatever else is exported, and an import finds it by that name.
  const all = await allFrames(main);
  const names = exportNames(all);
  const flat = flatNames(names);
  const ratios = request.split ?? DEFAULT_SPLIT;
  const chosen = new Set(labels.map(({ id }) => id));
  const frames: PlannedFrame[] = [];
  const measured: PlannedFrame[] = [];
  const wantsMeasured = include === 'all' && formats.includes('csv');
  const withMeasurements = wantsMeasured ? await main.measurements.frames() : new Set();
  for (const [i, frame] of all.entries()) {
    signal.throwIfAborted();
    const wanted = isWanted(frame, include);
    if (!wanted && !withMeasurements.has(frame.id)) continue;
    const { imageId, seriesId, relativePath, frameIndex, frameCount, patient, sha256, widthPx, heightPx } = frame;
    // A frame that was never read has no size, and no masks either.
    if (sha256 === null || widthPx === null || heightPx === null) continue;
    const { absolutePath, calibration } = await main.frames.get(frame.id);
    (wanted ? frames : measured).push({
      ...{ imageId, seriesId, relativePath, frameIndex, frameCount, patient, sha256, widthPx, heightPx },
      ...{ study: frame.studyName, series: frame.seriesName, absolutePath, calibration },
      name: names[i] ?? '',
      flatName: flat[i] ?? '',
      set: setOf(patientOf(frame), ratios),
      masks: (await main.masks.ofFrame(frame.id)).filter((mask) => counts(mask, chosen, include)).map(planned),
      measurements: await main.measurements.ofFrame(frame.id),
    });
  }
  const hasSets = request.split !== undefined || formats.some((format) => FORMATS_WITH_SETS.has(format));
  const { keep } = request.images ?? {};
  const key = keep && Buffer.from(await projectKey(store.folder)).toString('hex');
  const images = keep && key ? { keep, key } : null;
  // Projects are called as folders are, and these often as patients.
  const project = images ? 'Deidentified' : store.name;
  const head = await store.head();
  const plan = {
    ...{ project, head, formats: [...new Set(formats)], include, manifest, images, hasSets },
    ...{ labels, frames, measured },
  };
  const warnings = warningsOf(all.filter((frame) => isWanted(frame, include)));
  return {
    plan,
    warnings: warnings.slice(0, WARNINGS_LISTED),
    warningCount: warnings.length,
    withoutPatient: frames.filter(({ patient }) => !patient).length,
  };
}

/** What an export would take along, by series and size, in the order of the study list. */
export async function exportPictures(
  store: ProjectStore,
  include: ExportRequest['include'],
): Promise<ExportPictures[]> {
  const groups = new Map<string, ExportPictures>();
  const seen = new Set<number>();
  for (const frame of await allFrames(store.in(MAIN_READING))) {
    if (!isWanted(frame, include)) continue;
    const { id, imageId, seriesId, seriesName, studyName, widthPx, heightPx } = frame;
    if (widthPx === null || heightPx === null || seen.has(imageId)) continue;
    seen.add(imageId);
    const key = `${seriesId} ${widthPx}x${heightPx}`;
    const about = { seriesId, seriesName, studyName, widthPx, heightPx };
    const group = groups.get(key) ?? { ...about, frameIds: [], imageCount: 0 };
    group.imageCount++;
    if (group.frameIds.length < PICTURES_SHOWN) group.frameIds.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function allFrames(store: ReadingStore): Promise<FrameSummary[]> {
  const all: FrameSummary[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { frames } = await store.frames.list({ filter: {}, limit: PAGE, offset });
    all.push(...frames);
    if (frames.length < PAGE) return all;
  }
}

function isWanted({ review, maskCount }: FrameSummary, include: ExportRequest['include']): boolean {
  return include === 'accepted' ? review === 'accepted' : maskCount > 0;
}

function counts({ labelId, current: { state } }: MaskInstance, labels: ReadonlySet<LabelId>, include: string): boolean {
  if (!labels.has(labelId) || state === 'rejected' || state === 'deleted') return false;
  return include === 'all' || state !== 'proposed';
}

function planned({ labelId, current }: MaskInstance): PlannedMask {
  const { rle, state, quality, origin, user, time } = current;
  return { labelId, rle, state, quality, origin, user, time };
}

/** Where no patient is known every image is taken for one: better than all in one set. */
function patientOf({ patient, relativePath }: FrameSummary): string {
  return patient === '' ? `image:${relativePath}` : `patient:${patient}`;
}

function warningsOf(frames: readonly FrameSummary[]): Problem[] {
  return frames.flatMap(({ relativePath: path, problem }): Problem[] => {
    if (problem === null) return [];
    const code = problem === 'changed' ? 'frame-changed' : problem;
    return [{ path, code, message: `the source: ${problem}` }];
  });
}
