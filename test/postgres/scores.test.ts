/** Scores and looks that many connections write at once: whoever reads on after the last one that they know misses none. */
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { parsePlace } from '../../main/project/server/place';
import { openServerDatabase } from '../../main/project/server/server-database';
import { storeLook, storeScores } from '../../main/project/scores';
import { hashOf } from '../unit/main/project/support';
import { Hospital, SHA } from './hospital';

const [MODEL, ENCODER] = [hashOf('model'), hashOf('encoder')];
const SKETCH = Float32Array.of(0.5, 1);

it('are handed out in the order of their ids, also where the one with the lower id is committed later', async () => {
  const hospital = new Hospital();
  await hospital.open();
  const { frameId, otherFrameId } = hospital;
  const [reader, writer] = [await hospital.as('ann'), await hospital.as('bob')];
  const slow = await openServerDatabase(parsePlace(hospital.url('wall-e')));
  onTestFinished(() => slow.close());
  const score = { labelId: 1, head: 'v1', predictedIou: 0.5, stability: 0.5, flipDice: null };
  const of = (id: number) => ({ frameId: id, frameSha256: SHA, modelId: MODEL });
  const look = (id: number) => ({ frameId: id, frameSha256: SHA, encoderId: ENCODER, sketch: SKETCH });

  let commit: () => void = () => undefined;
  const mayCommit = new Promise<void>((resolve) => (commit = resolve));
  let written: () => void = () => undefined;
  const isWritten = new Promise<void>((resolve) => (written = resolve));
  const committed = slow.db.transaction().execute(async (trx) => {
    await storeScores(trx, of(frameId), [score]);
    await storeLook(trx, look(frameId));
    written();
    await mayCommit;
  });
  await isWritten;
  await writer.scores.put(of(otherFrameId), [score]);
  await writer.scores.putLook(look(otherFrameId));

  const early = await reader.scores.after(0, MODEL);
  const earlyLooks = await reader.scores.looksAfter(0, ENCODER);
  expect([early, earlyLooks]).toEqual([
    { rows: [], lastId: 0 },
    { rows: [], lastId: 0 },
  ]);
  commit();
  await committed;
  const late = await reader.scores.after(early.lastId, MODEL);
  expect(late.rows.map((row) => row.frameId)).toEqual([frameId, otherFrameId]);
  expect((await reader.scores.looksAfter(0, ENCODER)).rows.map((row) => row.frameId)).toEqual([frameId, otherFrameId]);
  expect((await reader.scores.after(late.lastId, MODEL)).rows).toEqual([]);
  // Reading holds nobody up afterwards.
  const held = sql<{
    n: number;
  }>`select count(*)::int as n from pg_locks where mode = 'ShareLock' and relation in ('looks'::regclass, 'proposal_scores'::regclass)`;
  expect((await held.execute(slow.db)).rows).toEqual([{ n: 0 }]);
});
