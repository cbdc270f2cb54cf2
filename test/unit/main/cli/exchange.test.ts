/** `sonomask export` and `sonomask import`: out of one project and into another. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import type { ExportResult, ImportReport } from '../../../../shared/ipc';
import { cli } from '../../../support/cli';
import { temporaryFolder } from '../../../support/study-folder';
import { HARD_CASES, projectOf } from '../export/project-of-masks';

const folder = temporaryFolder();

describe('export and import', () => {
  test('carry masks from one project into another', async () => {
    const [from, into] = [join(folder, 'from'), join(folder, 'into')];
    mkdirSync(from);
    mkdirSync(into);
    await (await projectOf(from, HARD_CASES)).close();
    await (await projectOf(into, HARD_CASES, false)).close();
    const exported = await cli(
      ['export', join(from, 'Hard.sonomask'), '--out', join(folder, 'out'), '--format', 'coco,us30k'].concat([
        '--split',
        '50,25,25',
        '--manifest',
        '--json',
      ]),
    );
    expect(exported.code).toBe(0);
    const result = exported.json<ExportResult>();
    expect(result).toMatchObject({ frames: 7, masks: 9, lossCount: 2 });
    expect(existsSync(join(result.folder, 'us30k', 'MainPatient', 'train.txt'))).toBe(true);
    expect(readFileSync(join(result.folder, 'manifest.json'), 'utf8')).not.toContain('Dr. Li');

    const left = await ProjectStore.open(join(from, 'Hard.sonomask'));
    expect((await left.audit.latest(1))[0]).toMatchObject({
      ...{ user: 'command line', action: 'export', subject: result.folder },
      detail: { frames: 7, masks: 9, deidentified: null },
    });
    await left.close();
    const imported = await cli(['import', join(into, 'Hard.sonomask'), result.folder, '--json']);
    expect(imported.code).toBe(0);
    expect(imported.json<ImportReport>()).toMatchObject({ masks: 9, frames: 7, problems: [] });
    const again = await cli(['import', join(into, 'Hard.sonomask'), result.folder]);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('already: ');

    const store = await ProjectStore.open(join(into, 'Hard.sonomask'));
    const progress = await store.masks.progress();
    await store.close();
    expect(progress.map(({ masks }) => masks.imported)).toEqual([6, 3]);
  });

  test('complain about what they do not know', async () => {
    const { code, stderr } = await cli([
      'export',
      join(folder, 'from', 'Hard.sonomask'),
      '--out',
      folder,
      '--format',
      'tga',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('us30k');
    expect((await cli(['import', join(folder, 'from', 'Hard.sonomask')])).code).toBe(2);
    const shares = ['export', join(folder, 'from', 'Hard.sonomask'), '--out', folder, '--split', '1,2'];
    expect((await cli(shares)).code).toBe(2);
  });
});
