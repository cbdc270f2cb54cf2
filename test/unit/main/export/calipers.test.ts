/** calipers.csv: what was measured by hand, in pixels, and in millimetres where the calibration holds for it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import type { ExportRequest } from '../../../../shared/ipc';
import { drawn, framesOf, projectOf } from './project-of-masks';

test('has a line for each caliper and ellipse', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-calipers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const project = await projectOf(folder, [{ path: 'p1/a.png', masks: [['lesion', drawn('.... .##. .##. ....')]] }]);
  const [frame] = await framesOf(project);
  await project.measurements.calibrate(frame!.id, { x: 0.5, y: 0.5 }, 'image', 'Dr. Li');
  await project.masks.save({
    ...{ frameId: frame!.id, frameSha256: frame!.sha256!, user: 'Dr. Li', changes: [], review: 'accepted' },
    measurements: [
      { kind: 'caliper', x0: 0, y0: 0, x1: 3, y1: 4 },
      { kind: 'ellipse', x0: 0, y0: 2, x1: 4, y1: 2, asidePx: 2 },
    ],
  });
  const { folder: out } = await exportProject(
    project,
    { folder, formats: ['csv'], include: 'accepted', manifest: 'none' },
    { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' },
  );
  await project.close();
  const [head = '', ...lines] = readFileSync(join(out, 'calipers.csv'), 'utf8').slice(1).trim().split('\r\n');
  const rows = lines.map((line) => Object.fromEntries(head.split(',').map((name, i) => [name, line.split(',')[i]])));
  expect(rows).toMatchObject([
    { patient: 'p1', kind: 'caliper', length_px: '5', length_mm: '2.5', area_px: '', mm_from: 'manual' },
    { kind: 'ellipse', half_other_axis_px: '2', circumference_mm: '6.2832', area_px: '12.5664', area_mm2: '3.1416' },
  ]);
});

test('has those on frames without a mask, too, where all is exported; or it is told that they are left out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-calipers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cases = [{ path: 'p1/a.png', masks: [['lesion', drawn('.... .##. .##. ....')]] }] as const;
  const project = await projectOf(folder, cases, false);
  onTestFinished(() => project.close());
  const [frame] = await framesOf(project);
  const saved = { frameId: frame!.id, frameSha256: frame!.sha256!, user: 'Dr. Li', changes: [] };
  const caliper = { kind: 'caliper', x0: 0, y0: 0, x1: 3, y1: 4 } as const;
  const run = (images?: ExportRequest['images']) =>
    exportProject(
      project,
      { folder, formats: ['csv'], include: 'all', manifest: 'none', ...(images && { images }) },
      { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' },
    );
  await project.masks.save({ ...saved, measurements: [caliper] });
  const result = await run();
  expect(result).toMatchObject({ frames: 0, losses: [] });
  expect(readFileSync(join(result.folder, 'calipers.csv'), 'utf8')).toContain('p1/a.png');
  const { losses, folder: copies } = await run({ keep: 'everything' });
  expect(losses).toEqual([{ format: 'csv', kind: 'not-copied', path: 'p1/a.png', label: null }]);
  expect(existsSync(join(copies, 'calipers.csv'))).toBe(false);
  // What was taken away again is nothing.
  await project.masks.save({ ...saved, measurements: [] });
  expect(existsSync(join((await run()).folder, 'calipers.csv'))).toBe(false);
});
