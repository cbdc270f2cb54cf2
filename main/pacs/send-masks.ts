/**
 * The accepted masks of a project as DICOM Segmentations to the archive that has their images. A segmentation's UID is made
 * of what is in it, so the same masks are the same instance, however often they are sent and by whichever computer; what the
 * archive has is not sent again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isAppError, type ErrorCode } from '../../shared/errors';
import type { PacsSent, PacsUnsent } from '../../shared/ipc';
import { uidOfDigest } from '../dicom';
import { encodeSegmentation, ExportJob, maskedImages, planExport, type ExportPlan, type MaskedImage } from '../export';
import type { ProjectStore } from '../project';
import type { Connection } from './connection';
import { hasInstance, instancesOf } from './query';
import { isUid } from './dicom-json';
import { storeInstance } from './store-instance';

const LISTED = 1_000;
const ORIGIN_SETTING = 'pacs.origin';
/** What costs one image; anything else would cost all that follow. */
const OF_ONE: ReadonlySet<ErrorCode> = new Set(['pacs-answer', 'pacs-failed']);

/** What is to be sent, as plain data: it may go to another process. */
export interface SendPlan {
  readonly plan: ExportPlan;
  /** Tells this project's segmentations from those of others. */
  readonly origin: string;
}

/** The segmentation of an image that was stored just now. */
export interface StoredMasks {
  readonly imageId: number;
  /** SOP Instance UID of the segmentation. */
  readonly instance: string;
  readonly masks: number;
}

export interface SendTools {
  readonly signal: AbortSignal;
  /** Frames. */
  onProgress(progress: { readonly done: number; readonly total: number }): void;
  onStored(stored: StoredMasks): void;
}

/** Of the main reading, whoever reads. @throws whatever `signal` was aborted with */
export async function planSending(store: ProjectStore, signal: AbortSignal): Promise<SendPlan> {
  const request = { folder: store.folder, formats: ['dicom-seg'], include: 'accepted', manifest: 'none' } as const;
  const { plan } = await planExport(store, { ...request, formats: [...request.formats] }, signal);
  const known = await store.settings.get(ORIGIN_SETTING, z.uuid());
  const origin = known ?? randomUUID();
  if (known === undefined) await store.settings.set(ORIGIN_SETTING, origin);
  return { plan, origin };
}

/** @throws AppError as `Connection.ask` does; what was sent before stays */
export async function sendMasks(
  connection: Connection,
  { plan, origin }: SendPlan,
  { signal, onProgress, onStored }: SendTools,
): Promise<PacsSent> {
  const job = new ExportJob(plan, connection.host, signal, onProgress);
  const report = { sent: 0, already: 0, masks: 0 };
  const unsent: PacsUnsent[] = [];
  const warnings: string[] = [];
  const archive = new Archive(connection, signal);
  job.begin('dicom-seg');
  for await (const image of maskedImages(job)) {
    const { relativePath: path, imageId } = image.first;
    try {
      const named = namesOf(image, origin);
      const outcome = await archive.put(image, named);
      if (outcome === 'not-on-server') unsent.push({ path, kind: outcome, detail: '' });
      else if (outcome === 'already') report.already++;
      else {
        report.sent++;
        report.masks += image.content.frames.length;
        warnings.push(...outcome.map((warning) => `${path}: ${warning}`));
        onStored({ imageId, instance: named.sopInstance, masks: image.content.frames.length });
      }
    } catch (error) {
      if (!isAppError(error) || !OF_ONE.has(error.code)) throw error;
      unsent.push({ path, kind: 'refused', detail: error.message });
    }
  }
  for (const { kind, path } of job.losses) {
    if (kind === 'no-dicom' || kind === 'no-pixels') unsent.push({ path, kind, detail: '' });
  }
  return {
    ...report,
    // The job counts what it does not list any more.
    ...{ unsent: unsent.slice(0, LISTED), unsentCount: unsent.length + job.lossCount - job.losses.length },
    ...{ warnings: warnings.slice(0, LISTED) },
  };
}

/** Writes down that masks have left. No name of a patient and no UID of theirs is written. */
export function recordStored(
  store: ProjectStore,
  { user, server, imageId, ...detail }: StoredMasks & { readonly user: string; readonly server: string },
): Promise<void> {
  return store.audit.append({ user, action: 'pacs-send', subject: `image ${imageId}`, detail: { server, ...detail } });
}

interface Names {
  readonly study: string;
  readonly source: string;
  readonly series: string;
  readonly sopInstance: string;
}

/** The segmentations of a project in a study are one series. */
function namesOf({ header, content }: MaskedImage, origin: string): Names {
  const [study = '', source = ''] = ['x0020000d', 'x00080018'].map((tag) => header.string(tag));
  const uid = (...parts: readonly unknown[]): string =>
    uidOfDigest(
      createHash('sha256')
        .update(JSON.stringify(['SonoMask SEG 1', origin, ...parts]))
        .digest(),
    );
  return { study, source, series: uid(study), sopInstance: uid(study, source, content) };
}

/** What the archive has, and what is put there. */
class Archive {
  /** Of our own series, by study. */
  readonly #there = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly connection: Connection,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns warnings where it was stored */
  async put(
    { first, header, content, latest }: MaskedImage,
    names: Names,
  ): Promise<'already' | 'not-on-server' | string[]> {
    const { connection, signal } = this;
    const { study, source, series, sopInstance } = names;
    if (!isUid(study) || !isUid(source)) return 'not-on-server';
    if ((await this.#segmentations(study, series)).has(sopInstance)) return 'already';
    // Masks of images that the archive does not know would make a study of masks alone.
    if (!(await hasInstance(connection, { study, instance: source }, signal))) return 'not-on-server';
    const named = { series, sopInstance, madeAt: latest };
    const file = encodeSegmentation(content, { header, frameCount: first.frameCount }, named);
    return storeInstance(connection, { study, instance: sopInstance, file }, signal);
  }

  async #segmentations(study: string, series: string): Promise<ReadonlySet<string>> {
    const known = this.#there.get(study);
    if (known) return known;
    const found = new Set(await instancesOf(this.connection, { study, series }, this.signal));
    this.#there.set(study, found);
    return found;
  }
}
