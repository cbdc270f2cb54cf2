/** A check as the window makes it: in a process of its own, beside the one that has the project open and works there. */
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { forkProcess, WorkerHost } from '../../../../main/inference';
import { ProjectStore } from '../../../../main/project';
import type { VerifyApi } from '../../../../main/verify';
import { projectCheck, type MaskChange, type ProjectCheck } from '../../../../shared/domain';
import { attacker } from '../project/attacker';
import { hashOf, projectWithFrame, sourceImage } from '../project/support';
import { maskOfBits } from '../project/support-masks';

function worker(): WorkerHost<VerifyApi> {
  const module = new URL('../../../../main/verify/verify.worker.ts', import.meta.url);
  const host = new WorkerHost<VerifyApi>('verify', forkProcess(module));
  onTestFinished(() => host.dispose());
  return host;
}

const check = async (place: string, expected?: string): Promise<ProjectCheck> =>
  projectCheck.parse(await worker().request('check', { place, ...(expected !== undefined && { expect: expected }) }));

const drawn = (labelId: number, bits: number): MaskChange => ({
  ...{ kind: 'add', labelId, state: 'drawn', rle: maskOfBits(bits), origin: { tool: 'brush' } },
  prompt: { points: [{ x: 1, y: 1, positive: true }] },
});

it('finds a project sound while it is open and worked in, and holds up nobody', async () => {
  const { store, cyst, edit } = await projectWithFrame();
  const before = await store.head();
  let ended = false;
  const checking = check(store.place, before).finally(() => (ended = true));
  let saved = 0;
  for (; !ended; saved++) {
    await store.masks.save(edit([drawn(cyst.id, 1 + (saved % 60))]));
    await setTimeout(20);
  }
  expect(await checking).toMatchObject({ findingCount: 0, findings: [] });
  expect(saved).toBeGreaterThan(5);
  const after = await check(store.place, before);
  expect(after).toMatchObject({ findingCount: 0, head: await store.head() });
  expect(after.rows).toBeGreaterThan(saved);
});

it('tells what was changed with its image, its frame, its name, and when and on whose account it was sealed', async () => {
  const { store, lesion, edit } = await projectWithFrame();
  await store.images.add([sourceImage('patient2/loop.dcm', { frameCount: 3 })]);
  await store.masks.save(edit([drawn(lesion.id, 5)]));
  await store.comments.add({ frameId: 1, x: 1, y: 1, text: 'here' }, 'Ann');
  const attack = await attacker(store);
  for (const statement of [
    sql`update revisions set user_name = 'somebody'`,
    sql`update prompts set x0 = 7`,
    sql`update comment_edits set text = 'there'`,
    sql`update frames set review = 'accepted' where image_id = 2 and frame_index = 2`,
    sql`update images set relative_path = 'patient3/loop.dcm' where id = 2`,
    sql`update labels set name = 'benign' where id = ${lesion.id}`,
    sql`delete from measurements`,
    sql`insert into settings values ('planted', '1')`,
    // A mask of a frame that there is not.
    sql`update masks set frame_id = 9007199254740993`,
  ])
    await statement.execute(attack);
  const { findings, findingCount } = await check(store.place, 'ab'.repeat(32));
  expect(findingCount).toBe(findings.length);
  const told = findings.map(
    ({ kind, where, what, name, image }) =>
      `${kind} ${where} ${what} ${name} ${image && `${image.path} ${image.frame}`}`,
  );
  expect(told.sort()).toEqual(
    [
      `unknown chain ${'ab'.repeat(32)} null null`,
      'changed revisions 1 null null',
      'changed prompts 1 null null',
      'changed masks 1 null null',
      'changed comment_edits 1 null patient1/img1.png null',
      'changed frames 4 null patient3/loop.dcm 3',
      'changed images 2 patient3/loop.dcm null',
      'changed labels 1 benign null',
      'added settings planted planted null',
    ].sort(),
  );
  await sql`update masks set frame_id = 1`.execute(attack);
  const again = await check(store.place);
  const revision = again.findings.find(({ where }) => where === 'revisions');
  expect(revision?.image).toEqual({ path: 'patient1/img1.png', frame: null });
  expect(revision?.seal?.id).toBeGreaterThan(0);
  expect(Date.parse(revision?.seal?.at ?? '')).toBeGreaterThan(Date.now() - 600_000);
});

it('lists so many as people read, and says how many there are', async () => {
  const { store } = await projectWithFrame();
  const attack = await attacker(store);
  for (let n = 0; n < 250; n++) await sql`insert into settings values (${`planted-${n}`}, '1')`.execute(attack);
  const { findingCount, findings } = await check(store.place);
  expect(findingCount).toBe(250);
  expect(findings).toHaveLength(200);
});

it('is broken off when it is withdrawn, and leaves the project to its owner', async () => {
  const { store, cyst, edit } = await projectWithFrame();
  for (let n = 0; n < 200; n++) await store.masks.save(edit([drawn(cyst.id, 1 + (n % 60))]));
  const controller = new AbortController();
  const asked = worker().request(
    'check',
    { place: store.place },
    { signal: controller.signal, onAbort: 'kill', onProgress: () => controller.abort() },
  );
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  await store.close();
  const again = await ProjectStore.open(store.place);
  onTestFinished(() => again.close());
  expect(again.changedOutside).toBe(false);
  expect(await again.head()).not.toBe(hashOf(''));
});
