/**
 * What the project store's tests share: a project with a few frames, and masks to put on them. It is in a temporary folder,
 * or, where the tests are run as "postgres", on the server started for them.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished, vi } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { openDatabase, type OpenDatabase } from '../../../../main/project/database';
import { parsePlace } from '../../../../main/project/server/place';
import { openServerDatabase } from '../../../../main/project/server/server-database';
import type { FrameEdit, SourceImage } from '../../../../shared/domain';
import { HEIGHT, WIDTH } from './support-masks';

export const USER = 'Dr. Müller 李';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-project-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a project may be made that is not there yet. */
export function newPlace(): string {
  const folder = temporaryFolder();
  const server = inject('postgres');
  if (!server) return join(folder, 'Breast 2026.sonomask');
  vi.stubEnv('SONOMASK_SHARED_FOLDER', folder);
  vi.stubEnv('PGPASSWORD', decodeURIComponent(new URL(server).password));
  return `${server}p${randomUUID().replaceAll('-', '').slice(0, 20)}`;
}

/** A new project, closed after the test if the test has not. */
export async function newProject(): Promise<ProjectStore> {
  const store = await ProjectStore.create(newPlace());
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

/** The tables of a project that is closed, without what the store says to them. */
export function openTables(place: string): Promise<OpenDatabase> {
  return inject('postgres') ? openServerDatabase(parsePlace(place)) : openDatabase(place);
}

export function sourceImage(relativePath: string, fields: Partial<SourceImage> = {}): SourceImage {
  const patient = relativePath.split('/')[0] as string;
  return {
    study: { key: patient, name: patient, patient },
    series: { key: 'b', name: 'B-mode' },
    absolutePath: `/data/${relativePath}`,
    relativePath,
    sizeBytes: 1234,
    mtimeMs: 1_700_000_000_000.5,
    frameCount: 1,
    ...fields,
  };
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A project with one decoded frame of WIDTH x HEIGHT and two labels: `lesion` (one a frame) and `cyst` (many). */
export async function projectWithFrame() {
  const store = await newProject();
  await store.images.add([sourceImage('patient1/img1.png')]);
  const frameId = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames[0]!.id;
  const frameSha256 = hashOf('frame 1');
  await store.frames.setHash(frameId, { sha256: frameSha256, widthPx: WIDTH, heightPx: HEIGHT });
  const lesion = await store.labels.create({ name: 'lesion' });
  const cyst = await store.labels.create({ name: 'cyst', instances: 'multiple' });
  const edit = (changes: FrameEdit['changes'], review?: FrameEdit['review']): FrameEdit => ({
    frameId,
    frameSha256,
    user: USER,
    changes,
    ...(review === undefined ? {} : { review }),
  });
  return { store, frameId, frameSha256, lesion, cyst, edit };
}
