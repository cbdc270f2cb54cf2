/** A project of a team on the tests' server: its owner's, with frames, labels and people of every role. */
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { ProjectStore } from '../../main/project';
import { parsePlace, schemaOf } from '../../main/project/server/place';
import { addMember } from '../../main/project/server/team';
import type { MaskChange } from '../../shared/domain';
import { hashOf, newPlace, sourceImage } from '../unit/main/project/support';
import { HEIGHT, maskOfBits, WIDTH } from '../unit/main/project/support-masks';

export const SHA = hashOf('frame 1');
export const drawn = (labelId: number, state: 'drawn' | 'accepted' = 'drawn'): MaskChange => ({
  kind: 'add',
  ...{ labelId, state, rle: maskOfBits(5), prompt: { points: [{ x: 1, y: 1, positive: true }] } },
  origin: { tool: 'brush' },
});

/** Two frames, a label, two blind readings; ann and bob read, rita reviews, ada administers, wall-e is a worker. */
export class Hospital {
  readonly place = newPlace();
  readonly schema = schemaOf(parsePlace(this.place));
  readonly passwords = new Map<string, string>();
  frameId = 0;
  otherFrameId = 0;

  async open(): Promise<void> {
    const store = await ProjectStore.create(this.place);
    await store.images.add([sourceImage('p/1.png'), sourceImage('p/2.png')]);
    const { frames } = await store.frames.list({ filter: {}, limit: 2, offset: 0 });
    [this.frameId, this.otherFrameId] = frames.map(({ id }) => id) as [number, number];
    for (const id of [this.frameId, this.otherFrameId]) {
      await store.frames.setHash(id, { sha256: SHA, widthPx: WIDTH, heightPx: HEIGHT });
    }
    await store.labels.create({ name: 'lesion', instances: 'multiple' });
    await store.readings.create({ name: this.login('ann'), blind: true }, 'owner');
    await store.readings.create({ name: this.login('bob'), blind: true }, 'owner');
    await store.close();
    for (const [name, role] of Object.entries({
      ann: 'reader',
      bob: 'reader',
      rita: 'reviewer',
      ada: 'admin',
      'wall-e': 'worker',
    })) {
      this.passwords.set(name, (await addMember(this.place, this.login(name), role)) ?? '');
    }
  }

  /** Logins are the server's, and the tests share one. */
  login(name: string): string {
    return `${name} of ${this.schema}`;
  }

  url(name: string): string {
    const url = new URL(this.place);
    url.username = this.login(name);
    url.password = this.passwords.get(name) ?? '';
    return url.href;
  }

  async as(name: string, reading?: number): Promise<ProjectStore> {
    const store = await ProjectStore.open(this.url(name), reading);
    onTestFinished(() => store.close().catch(() => undefined));
    return store;
  }

  /** A plain connection, and what the server says to a statement. */
  async attacker(name: string): Promise<(text: string) => Promise<string>> {
    const { host, port, database, user, password } = parsePlace(this.url(name));
    const client = new pg.Client({ host, port, database, user, password: password ?? '' });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query(`set search_path = ${this.schema}`);
    return async (text) => {
      try {
        const { rowCount } = await client.query(text);
        return `done: ${rowCount}`;
      } catch (error) {
        return error instanceof pg.DatabaseError ? `refused ${error.code}` : String(error);
      }
    };
  }

  edit(user: string, changes: MaskChange[], review?: 'accepted' | 'corrected') {
    return { frameId: this.frameId, frameSha256: SHA, user, changes, ...(review ? { review } : {}) };
  }
}
