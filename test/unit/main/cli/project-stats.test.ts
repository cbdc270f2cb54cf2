/** `sonomask project stats`: figures of a project, by name, for programs and for people. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli } from '../../../support/cli';
import { temporaryFolder } from '../../../support/study-folder';
import { writeLargeProject } from '../../../support/large-project';

test('tells what was done and how good proposals were', async () => {
  const folder = join(temporaryFolder(), 'study');
  mkdirSync(folder);
  const project = await writeLargeProject(folder, 90);
  const { code, json } = await cli(['project', 'stats', project, '--json']);
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    frames: { accepted: 30, corrected: 30, rejected: 10, proposed: 20 },
    labels: [{ label: 'lesion', masks: { proposed: 20 } }],
    fifties: [{ frames: 50 }, { frames: 20 }],
    heads: [{ label: 'lesion', version: 'v1', judged: 70, rejected: 10, atRandom: { judged: 7, rejected: 1 } }],
  });
  const told = await cli(['project', 'stats', project]);
  expect(told.stdout).toMatch(/lesion v1: Dice 0\.9\d\d \(70 judged, 10 rejected\); at random: Dice 0\.9/);
});
