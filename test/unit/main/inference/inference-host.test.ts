import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InferenceHost } from '../../../../main/inference';
import { writeTinyModel } from '../../../support/tiny-model';
import { Ears, frameIds, inferenceHost, temporaryFolder, workplace, writeImage, type Workplace } from './support';

let models: string;
let place: Workplace;
let host: InferenceHost;
let ears: Ears;

beforeAll(async () => {
  models = temporaryFolder();
  await writeTinyModel(join(models, 'tiny'), ['breast lesion', 'fetal head']);
});

afterAll(() => rmSync(models, { recursive: true, force: true }));

beforeEach(async () => {
  const folder = temporaryFolder();
  for (let i = 1; i <= 4; i++) await writeImage(join(folder, 'images', `frame ${i}.png`), i);
  place = await workplace(folder);
  ears = place.ears;
  host = inferenceHost(join(models, 'tiny'), ears);
  await host.start();
  host.openProject(place.store, place.source);
});

afterEach(async () => {
  host.dispose();
  await place.close();
});

describe('a frame in focus', () => {
  it('gets an embedding and, from each label with a head, a proposal', async () => {
    const [first = 0, second = 0] = await frameIds(place);
    const lesion = await host.labels!.create({ name: 'Breast lesion' });
    const other = await host.labels!.create({ name: 'ventricle' });
    expect(lesion.head).toEqual({ name: 'breast lesion', version: 'v1' });
    expect(other.head).toBeNull();

    expect(await host.project!.focus(first, [second])).toBe('waiting');
    const ready = await ears.hear('embedding.ready', ({ frameId }) => frameId === first);
    const { frame } = await place.source.open(first);
    expect(ready).toEqual({ frameId: first, frameSha256: frame.sha256, encoderId: host.status.model!.encoderId });

    const proposed = await ears.hear('masks.proposed', ({ frameId }) => frameId === first);
    const masks = await place.store.masks.ofFrame(first);
    expect(masks).toEqual(proposed.masks);
    if (proposed.empty.length === 0) {
      expect(masks).toMatchObject([
        {
          labelId: lesion.id,
          current: {
            state: 'proposed',
            user: 'AutoSAMUS',
            origin: { tool: 'proposal', modelId: host.status.model!.id, headVersion: 'v1' },
          },
        },
      ]);
      expect((await place.store.frames.get(first)).review).toBe('proposed');
    }
    await ears.hear('masks.proposed', ({ frameId }) => frameId === second);
  });
});
