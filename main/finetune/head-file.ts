/**
 * Files of the project's heads: named by their hash, written whole or not at all; and a head as one file to give to a
 * colleague, with its report and where it comes from, without an image, a frame or a patient.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { z } from 'zod';
import { headConfigSchema } from '../../models/autosamus';
import { readSafetensorsHeader, writeSafetensors } from '../../models/checkpoint';
import { readHeadFile, type HeadTensors, type Manifest } from '../../models/folder';
import { isoTime, roundReport, sha256, shortText, type RoundReport } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { writeAtomically } from '../files';
import type { NewHead, ProjectStore, StoredHead } from '../project';

/** What an exported head says of itself, as JSON in the metadata of its file. */
const about = z.strictObject({
  format: z.literal(1),
  model: z.strictObject({ name: z.string().max(200), encoderId: sha256, decoderId: sha256 }),
  config: headConfigSchema,
  label: shortText,
  version: shortText,
  report: roundReport.nullable(),
  trainedAt: isoTime,
  /** Of SonoMask. */
  appVersion: z.string().max(100),
});
const ABOUT = 'sonomask.head';

type ForeignHead = Omit<NewHead, 'labelId' | 'ownVersion'>;

/** Copies a whole file into the project's heads. @returns its hash @throws AppError `disk-full`, `write-failed` */
export async function keepHeadFile(store: ProjectStore, file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const digest = hash.digest('hex');
  await writeAtomically(store.headFile(digest), async (write) => {
    for await (const chunk of createReadStream(file)) await write(chunk as Buffer);
  });
  return digest;
}

/** @throws AppError `model-invalid` where it is damaged, `write-failed`, `disk-full` */
export async function exportHead(
  store: ProjectStore,
  head: StoredHead,
  label: string,
  manifest: Manifest,
  appVersion: string,
  path: string,
): Promise<void> {
  const { config, encoderId, decoderId, version, createdAt } = head;
  const tensors = await readHeadFile(store.headFile(head.sha256), head.sha256, manifest.config, config);
  const description: z.input<typeof about> = {
    format: 1,
    model: { name: manifest.name, encoderId, decoderId },
    ...{ config, label, version, appVersion },
    report: head.report && withoutFrames(head.report),
    trainedAt: createdAt,
  };
  await writeHead(path, tensors, { [ABOUT]: JSON.stringify(description) });
}

/**
 * Takes a head that a colleague exported. Its weights are read, checked and written anew: nothing else of the file stays.
 *
 * @throws AppError `model-invalid` where it is no such file, damaged, or of another model; `file-not-found`
 */
export async function importHead(store: ProjectStore, path: string, manifest: Manifest): Promise<ForeignHead> {
  const { metadata } = await readSafetensorsHeader(path);
  const { model, config, report } = parseAbout(metadata[ABOUT], path);
  if (model.encoderId !== manifest.encoderId || model.decoderId !== manifest.decoderId) {
    const message = `${path} was trained with the model "${model.name}", which is not the one in use (${manifest.name})`;
    throw new AppError('model-invalid', path, message);
  }
  const tensors = await readHeadFile(path, null, manifest.config, config);
  const draft = `${store.headsFolder}/.import-${process.pid}.safetensors`;
  try {
    await mkdir(store.headsFolder, { recursive: true });
    await writeHead(draft, tensors, {});
    const kept = report && withoutFrames(report);
    const { encoderId, decoderId } = manifest;
    return { config, encoderId, decoderId, sha256: await keepHeadFile(store, draft), report: kept };
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeHead(path: string, tensors: HeadTensors, metadata: Record<string, string>): Promise<void> {
  const all = [...tensors].map(([name, tensor]) => [name, { dtype: 'F32', ...tensor }] as const);
  await writeSafetensors(path, all, metadata);
}

/** Frames are the project's own, and groups are named after patients. */
function withoutFrames(report: RoundReport): RoundReport {
  return { ...report, frames: [], leftOut: [] };
}

function parseAbout(text: string | undefined, path: string): z.output<typeof about> {
  if (text === undefined) throw new AppError('model-invalid', path, `${path} is not a head exported by SonoMask`);
  try {
    return about.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('model-invalid', path, `${path}: what the head says of itself is not valid: ${reason}`, {
      cause,
    });
  }
}
