/** What the window does in a team's project: takes a frame, gives it free, hears of others, and tells when the server is gone. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { TeamDesk } from '../../main/electron/team-desk';
import type { ProjectStore } from '../../main/project';
import { FrameSource, type StudyApi } from '../../main/study';
import type { WorkerHost } from '../../main/inference';
import { AppError } from '../../shared/errors';
import { Ears } from '../unit/main/inference/support';
import { drawn, Hospital } from './hospital';

const WAIT = { timeout: 60_000, interval: 50 };

async function deskOf(store: ProjectStore): Promise<{ desk: TeamDesk; ears: Ears }> {
  const ears = new Ears();
  const desk = new TeamDesk(store, store.leases!, ears.tell);
  onTestFinished(() => desk.close());
  return Promise.resolve({ desk, ears });
}

it('a frame is taken by the first save, refused to the other with the name, and free when it is left', async () => {
  const hospital = new Hospital();
  await hospital.open();
  const [ann, bob] = [await hospital.as('ann'), await hospital.as('bob')];
  const [{ desk: first }, { desk: second, ears }] = [await deskOf(ann), await deskOf(bob)];
  const { frameId, otherFrameId } = hospital;
  const save = (store: ProjectStore) => () => store.masks.save(hospital.edit(store.user!, [drawn(1)]));
  first.watch(frameId);
  second.watch(frameId);
  await first.save(frameId, save(ann));
  const state = () => ears.all('team.state').at(-1);
  await vi.waitFor(() => expect(state()).toEqual({ online: true, frameId, holder: ann.user }), WAIT);
  await expect(second.save(frameId, save(bob))).rejects.toMatchObject({ code: 'frame-leased', subject: ann.user });
  expect(await ann.masks.ofFrame(frameId)).toHaveLength(1);
  await vi.waitFor(() => {
    expect(ears.all('masks.changed').at(-1)).toMatchObject({ frameId, masks: [{ current: { user: ann.user } }] });
    expect(ears.all('frames.changed')).toContainEqual({ frames: null });
  }, WAIT);

  first.watch(otherFrameId);
  await vi.waitFor(() => expect(state()).toEqual({ online: true, frameId, holder: null }), WAIT);
  await second.save(frameId, save(bob));
  expect(await ann.masks.ofFrame(frameId)).toHaveLength(2);
  second.close();
  await vi.waitFor(async () => expect(await ann.leases!.take(frameId)).toMatchObject({ mine: true }), WAIT);
});

it('a server that is away is told at once by the save that did not reach it, and again when it is back', async () => {
  const hospital = new Hospital();
  await hospital.open();
  const ann = await hospital.as('ann');
  const { desk, ears } = await deskOf(ann);
  const lost = new AppError('server-unreachable', 'server', 'gone');
  await expect(desk.save(hospital.frameId, () => Promise.reject(lost))).rejects.toBe(lost);
  expect(ears.all('team.state').at(-1)).toMatchObject({ online: false });
  await vi.waitFor(() => expect(ears.all('team.state').at(-1)).toMatchObject({ online: true }), WAIT);
});

it('a file that this computer does not reach is told, and not noted for the others', async () => {
  const hospital = new Hospital();
  await hospital.open();
  const ann = await hospital.as('ann');
  const gone = new AppError('file-not-found', '/data/p/1.png', 'no such file');
  const worker = { request: () => Promise.reject(gone) } as unknown as WorkerHost<StudyApi>;
  const source = new FrameSource(ann, worker, () => undefined);
  const opened = await source.open(hospital.frameId);
  expect(opened).toMatchObject({ masks: [], problem: { code: 'file-not-found', path: '/data/p/1.png' } });
  await source.checkFiles(new AbortController().signal);
  for (const id of [hospital.frameId, hospital.otherFrameId]) {
    expect(await ann.frames.get(id)).toMatchObject({ problem: null });
  }
});
