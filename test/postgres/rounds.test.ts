/** Rounds of a shared project: one goes on where it was begun, whoever else opens the project meanwhile. */
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { FinetuneApi } from '../../main/finetune';
import { forkProcess, WorkerHost } from '../../main/inference';
import { moveProject } from '../../main/project';
import { addMember } from '../../main/project/server/team';
import { temporaryFolder } from '../support/study-folder';
import { classroom, writeStudy, type Classroom, type Study } from '../unit/main/finetune/support';
import { newPlace } from '../unit/main/project/support';

const REHEARSAL = new URL('../unit/main/finetune/rehearsal.worker.ts', import.meta.url);

let study: Study;
const folder = temporaryFolder();

beforeAll(async () => {
  study = await writeStudy(folder, 4, 4);
});

it('goes on on the computer that began it, and is left alone by every other one', async () => {
  const place = newPlace();
  await moveProject(study.project, place, () => undefined, new AbortController().signal);
  const [owner, login] = [new URL(place).username, `ada of ${new URL(place).searchParams.get('project') ?? ''}`];
  const ada = new URL(place);
  ada.username = login;
  ada.password = (await addMember(place, login, 'admin')) ?? '';
  const [here, there] = [temporaryFolder(), temporaryFolder()];
  const open = async (computer: string, as: string, user: string): Promise<Classroom> => {
    vi.stubEnv('SONOMASK_SHARED_FOLDER', computer);
    const worker = new WorkerHost<FinetuneApi>('finetune', forkProcess(REHEARSAL, {}));
    const room = await classroom(as, study.modelFolder, { worker, user: () => user });
    onTestFinished(() => room.close().catch(() => undefined));
    return room;
  };
  const half = (room: Classroom) => room.ears.hear('learning.progress', ({ done }) => done === 0.5);

  const first = await open(here, place, owner);
  const round = await first.learning.start(study.labelId);
  await half(first);
  for (const other of [await open(there, place, owner), await open(here, ada.href, login)]) {
    expect(await other.learning.labels()).toMatchObject([
      { elsewhere: true, progress: null, round: { id: round.id, state: 'running', user: owner } },
    ]);
    for (const act of ['pause', 'resume'] as const) {
      await expect(other.learning[act](round.id)).rejects.toMatchObject({ code: 'usage' });
    }
    expect(other.ears.all('learning.progress')).toEqual([]);
    await other.close();
  }
  expect(await first.store.rounds.get(round.id)).toMatchObject({ state: 'running' });
  await first.close();

  const again = await open(here, place, owner);
  await half(again);
  expect(await again.learning.labels()).toMatchObject([{ elsewhere: false, round: { state: 'running' } }]);
  // Its computer may be gone for good: whoever may learn can end it.
  const other = await open(here, ada.href, login);
  await other.learning.cancel(round.id);
  expect(await again.store.rounds.get(round.id)).toMatchObject({ state: 'cancelled' });
});
