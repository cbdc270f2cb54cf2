/** Backups on the command line: made, listed, restored, the restore taken back; and what a damaged project is told. */
import { truncateSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../../../main/cli';
import { forkWorker } from '../../../../main/cli/workers';
import { ProjectStore } from '../../../../main/project';
import { projectWithFrame } from '../project/support';
import { maskOfBits } from '../project/support-masks';

async function cli(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const told = { out: '', err: '' };
  const write = (text: string): void => void (told.err += text);
  const terminal = {
    out: (text: string) => void (told.out += text),
    err: { isTTY: false, write } as never,
    signal: new AbortController().signal,
  };
  return { code: await runCli(argv, terminal, forkWorker), ...told };
}

it('makes, lists and restores; a damaged project is told where its backups are, and comes back with one', async () => {
  const { store, cyst, edit, frameId } = await projectWithFrame();
  const change = { kind: 'add', labelId: cyst.id, state: 'drawn', rle: maskOfBits(3) } as const;
  const draw = () => store.masks.save(edit([{ ...change, origin: { tool: 'brush' } }]));
  await draw();
  const { folder } = store;
  expect((await cli('project', 'backups', folder)).out).toContain('has no backups');
  const made = JSON.parse((await cli('project', 'backups', folder, '--make', '--json')).out) as { made: string };
  expect(made).toMatchObject({ backups: [{ name: made.made, masks: 1, aside: false }] });
  await draw();
  expect((await cli('project', 'restore', folder, made.made)).code).toBe(1);
  await store.close();
  expect((await cli('project', 'restore', folder, made.made, '--dry-run')).out).toContain('edits made since: 1');

  truncateSync(join(folder, 'project.db'), statSync(join(folder, 'project.db')).size - 8192);
  const refused = await cli('project', 'stats', folder);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('sonomask project backups lists its backups');
  const restored = await cli('project', 'restore', folder, made.made, '--json');
  expect(JSON.parse(restored.out)).toMatchObject({ editsLost: null });
  const again = await ProjectStore.open(folder);
  expect(await again.masks.ofFrame(frameId)).toHaveLength(1);
  expect(await again.audit.latest(1)).toMatchObject([{ action: 'restore', subject: made.made }]);
  await again.close();
});
