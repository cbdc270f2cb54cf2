/** Several at once in one project: a frame is leased while somebody edits it, and revisions never collide. */
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Leases } from '../../main/project/server/leases';
import { parsePlace } from '../../main/project/server/place';
import { openServerDatabase } from '../../main/project/server/server-database';
import { PROPOSING_USER, type MaskChange } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import { maskOfBits } from '../unit/main/project/support-masks';
import { drawn, Hospital } from './hospital';

let hospital: Hospital;
beforeEach(async () => {
  hospital = new Hospital();
  await hospital.open();
});

describe('a lease', () => {
  it('is one reader’s; others are told whose and since when, and their edits are refused', async () => {
    const { frameId } = hospital;
    const [ann, bob] = [await hospital.as('ann'), await hospital.as('bob')];
    const held = await ann.leases!.take(frameId);
    expect(held).toMatchObject({ mine: true, holder: ann.user });
    expect(await bob.leases!.take(frameId)).toEqual({ ...held, mine: false });
    expect(await ann.leases!.take(frameId)).toEqual(held);
    const edit = bob.masks.save(hospital.edit(bob.user!, [drawn(1)]));
    await expect(edit).rejects.toMatchObject({ code: 'frame-leased' });
    await expect(bob.frames.setReview(frameId, 'rejected', bob.user!)).rejects.toMatchObject({ code: 'frame-leased' });
    expect(await ann.masks.ofFrame(frameId)).toEqual([]);
    const { masks } = await ann.masks.save(hospital.edit(ann.user!, [drawn(1)]));
    expect(await bob.masks.ofFrame(frameId)).toEqual(masks);
    expect(await bob.leases!.take(hospital.otherFrameId)).toMatchObject({ mine: true });
  });

  it('keeps proposals off the frame, too', async () => {
    const [ann, worker] = [await hospital.as('ann'), await hospital.as('wall-e')];
    await ann.leases!.take(hospital.frameId);
    const proposed: MaskChange = {
      kind: 'add',
      ...{ labelId: 1, state: 'proposed', rle: maskOfBits(3), origin: { tool: 'proposal' } },
    };
    const edit = hospital.edit(PROPOSING_USER, [proposed]);
    await expect(worker.masks.save(edit)).rejects.toMatchObject({ code: 'frame-leased' });
    await ann.leases!.give(hospital.frameId);
    expect((await worker.masks.save(edit)).review).toBe('proposed');
  });

  it('is free when it is given back, not by others', async () => {
    const { frameId } = hospital;
    const [ann, bob] = [await hospital.as('ann'), await hospital.as('bob')];
    await ann.leases!.take(frameId);
    await bob.leases!.give(frameId);
    expect(await bob.leases!.take(frameId)).toMatchObject({ mine: false });
    await ann.leases!.give(frameId);
    expect(await bob.leases!.take(frameId)).toMatchObject({ mine: true, holder: bob.user });
  });

  it('is not shared by two windows of one user', async () => {
    const [one, other] = [await hospital.as('ann'), await hospital.as('ann')];
    await one.leases!.take(hospital.frameId);
    expect(await other.leases!.take(hospital.frameId)).toMatchObject({ mine: false, holder: one.user });
  });

  it('runs out by the server’s clock when nobody renews it, and may be taken then', async () => {
    const { frameId } = hospital;
    const { db, close } = await openServerDatabase(parsePlace(hospital.url('ann')));
    onTestFinished(close);
    const [short, bob] = [new Leases(db, 0.4), await hospital.as('bob')];
    await short.take(frameId);
    expect(await bob.leases!.take(frameId)).toMatchObject({ mine: false });
    await setTimeout(800);
    expect(await bob.leases!.take(frameId)).toMatchObject({ mine: true, holder: bob.user });
    expect(await short.take(frameId)).toMatchObject({ mine: false, holder: bob.user });
  });

  it('is taken by one of many who ask at the same moment', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => hospital.as('ann')));
    const leases = await Promise.all(stores.map((store) => store.leases!.take(hospital.frameId)));
    expect(leases.filter(({ mine }) => mine)).toHaveLength(1);
  });
});

describe('edits at the same time', () => {
  it('make one chain: each is in it or was refused, whoever was first', async () => {
    const { frameId } = hospital;
    const stores = await Promise.all(['ann', 'bob', 'rita', 'ada'].map((name) => hospital.as(name)));
    const first = await stores[0]!.masks.save(hospital.edit(stores[0]!.user!, [drawn(1)]));
    const maskId = first.masks[0]!.id;
    let refused = 0;
    const made: number[] = [];
    const work = stores.map(async (store, reader) => {
      for (let n = 0; n < 12; n++) {
        const current = (await store.masks.ofFrame(frameId))[0]!.current;
        const rle = maskOfBits(1 + reader * 12 + n);
        const change: MaskChange = {
          kind: 'edit',
          ...{ maskId, previousId: current.id, state: 'corrected', rle, origin: { tool: 'brush' } },
        };
        try {
          made.push((await store.masks.save(hospital.edit(store.user!, [change]))).masks[0]!.current.id);
        } catch (error) {
          if (!isAppError(error) || error.code !== 'revision-conflict') throw error;
          refused++;
        }
      }
    });
    await Promise.all(work);
    expect(made.length + refused).toBe(48);
    expect(refused).toBeGreaterThan(0);
    const history = await stores[0]!.masks.history(maskId);
    expect(history.map(({ id }) => id)).toEqual([history[0]!.id, ...made].sort((a, b) => a - b));
    history.forEach(({ previousId }, i) => expect(previousId).toBe(history[i - 1]?.id ?? null));
  });

  it('never give a label of one instance two masks', async () => {
    const [ada, ann, bob] = [await hospital.as('ada'), await hospital.as('ann'), await hospital.as('bob')];
    const { id } = await ada.labels.create({ name: 'only one' });
    const saving = [ann, bob, ada].map((store) => store.masks.save(hospital.edit(store.user!, [drawn(id)])));
    const results = await Promise.allSettled(saving);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await ann.masks.ofFrame(hospital.frameId)).toHaveLength(1);
  });

  it('end when their connection does: nobody waits for somebody who is gone', async () => {
    const ann = await hospital.as('ann');
    const gone = await openServerDatabase(parsePlace(hospital.url('bob')));
    const owner = await openServerDatabase(parsePlace(hospital.place));
    onTestFinished(() => owner.close());
    let pid = 0;
    const held = gone.db.transaction().execute(async (trx) => {
      await sql`select from frames where id = ${hospital.frameId} for no key update`.execute(trx);
      pid = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)).rows[0]!.pid;
      await setTimeout(600);
      await sql`select 1`.execute(trx);
    });
    held.catch(() => undefined);
    await expect.poll(() => pid).toBeGreaterThan(0);
    const saving = ann.masks.save(hospital.edit(ann.user!, [drawn(1)]));
    await sql`select pg_terminate_backend(${pid})`.execute(owner.db);
    expect((await saving).masks).toHaveLength(1);
    await expect(held).rejects.toMatchObject({ code: 'server-unreachable' });
    await gone.close();
  });
});
