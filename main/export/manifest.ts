/**
 * manifest.json: where every frame and mask of an export came from, and the hashes of the files written, so that a data
 * set can be traced to its sources and checked. Names of readers only where they were asked for.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ExportJob } from './export-job';
import type { ExportPlan, PlannedMask } from './export-plan';

export async function writeManifest(job: ExportJob): Promise<void> {
  const { project, head, formats, include, labels, frames, hasSets, manifest } = job.plan;
  await job.writeJson('manifest.json', {
    ...{ program: 'SonoMask', version: 1, created: new Date().toISOString(), project, head, formats, include },
    labels: labels.map(({ name, colour }, i) => ({ value: i + 1, name, colour })),
    frames: frames.map(({ relativePath, frameIndex, sha256, widthPx, heightPx, set, name, masks }) => ({
      ...{ source: relativePath, frame: frameIndex, name, sha256, widthPx, heightPx, ...(hasSets && { set }) },
      masks: masks.map((mask) => maskOf(mask, labels, manifest === 'readers')),
    })),
    files: await filesIn(job),
  });
}

function maskOf(
  { labelId, state, origin, user, time, quality }: PlannedMask,
  labels: ExportPlan['labels'],
  names: boolean,
) {
  const { tool, modelId = null, headVersion = null } = origin;
  const label = labels.find(({ id }) => id === labelId)?.name;
  return { label, state, tool, model: modelId, headVersion, quality, time, ...(names && { reader: user }) };
}

async function filesIn(job: ExportJob): Promise<{ path: string; bytes: number; sha256: string }[]> {
  const paths = await pathsIn(job.folder);
  const files = [];
  for (const path of paths.sort()) {
    job.checkpoint();
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
    const { size } = await stat(path);
    files.push({ path: relative(job.folder, path).split(sep).join('/'), bytes: size, sha256: hash.digest('hex') });
  }
  return files;
}

async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? pathsIn(path) : [path];
  });
  return (await Promise.all(paths)).flat();
}
