/** Labels, settings and the audit. */
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { LABEL_PALETTE } from '../../../../shared/domain';
import { newProject, projectWithFrame, USER } from './support';
import { maskOfBits } from './support-masks';

describe('labels', () => {
  it('get colours of the palette in turn, the first one free', async () => {
    const store = await newProject();
    const first = await store.labels.create({ name: 'fetal head' });
    expect(first).toMatchObject({ colour: LABEL_PALETTE[0], shortcut: null, instances: 'single' });
    await store.labels.create({ name: 'LV cavity', colour: LABEL_PALETTE[2], shortcut: '2', instances: 'multiple' });
    expect((await store.labels.create({ name: '乳腺病变' })).colour).toBe(LABEL_PALETTE[1]);
    expect((await store.labels.create({ name: 'myocardium' })).colour).toBe(LABEL_PALETTE[3]);
    for (let i = 0; i < LABEL_PALETTE.length; i++) await store.labels.create({ name: `more ${i}` });
    expect(await store.labels.list()).toHaveLength(LABEL_PALETTE.length + 4);
  });

  it('can be changed; two never share a name or a shortcut', async () => {
    const store = await newProject();
    const a = await store.labels.create({ name: 'a', shortcut: '1' });
    const b = await store.labels.create({ name: 'b' });
    const usage = { code: 'usage' };
    await expect(store.labels.create({ name: ' a ' })).rejects.toMatchObject(usage);
    await expect(store.labels.update(b.id, { shortcut: '1' })).rejects.toMatchObject(usage);
    await expect(store.labels.update(b.id, { colour: 'red' })).rejects.toMatchObject(usage);
    await expect(store.labels.update(99, { name: 'c' })).rejects.toMatchObject({ code: 'label-unknown' });
    const changed = await store.labels.update(a.id, { name: 'lesion', shortcut: null });
    expect(changed).toEqual({ ...a, name: 'lesion', shortcut: null });
    await store.labels.update(b.id, { shortcut: '1', name: 'b' });
    expect((await store.labels.list()).map(({ name, shortcut }) => [name, shortcut])).toEqual([
      ['lesion', null],
      ['b', '1'],
    ]);
  });

  it('can be removed until they are used', async () => {
    const { store, lesion, cyst, edit } = await projectWithFrame();
    const add = {
      kind: 'add',
      labelId: cyst.id,
      state: 'drawn',
      rle: maskOfBits(1),
      origin: { tool: 'brush' },
    } as const;
    await store.masks.save(edit([add]));
    await expect(store.labels.remove(cyst.id)).rejects.toMatchObject({ code: 'usage' });
    await store.labels.remove(lesion.id);
    await expect(store.labels.remove(lesion.id)).rejects.toMatchObject({ code: 'label-unknown' });
    expect(await store.labels.list()).toEqual([cyst]);
    // Ids are not given twice: an old revision's label can never turn into another.
    expect((await store.labels.create({ name: 'new' })).id).toBeGreaterThan(cyst.id);
  });
});

it('settings are kept by name; one that no longer fits is as if never set', async () => {
  const store = await newProject();
  const opacity = z.number().min(0).max(1);
  expect(await store.settings.get('canvas.opacity', opacity)).toBeUndefined();
  await store.settings.set('canvas.opacity', 0.25);
  await store.settings.set('canvas.opacity', 0.5);
  expect(await store.settings.get('canvas.opacity', opacity)).toBe(0.5);
  expect(await store.settings.get('canvas.opacity', z.string())).toBeUndefined();
  await expect(store.settings.set('no key', 1)).rejects.toMatchObject({ code: 'usage' });
  await expect(store.settings.set('a', Number.NaN)).rejects.toMatchObject({ code: 'usage' });
});

it('the audit gives its latest lines, newest first', async () => {
  const store = await newProject();
  for (const subject of ['a', 'b', 'c']) {
    await store.audit.append({ user: USER, action: 'export', subject, detail: { masks: 3, nested: ['ü', null] } });
  }
  const lines = await store.audit.latest(2);
  expect(lines.map(({ subject }) => subject)).toEqual(['c', 'b']);
  expect(lines[0]).toMatchObject({ user: USER, action: 'export', detail: { masks: 3, nested: ['ü', null] } });
  await expect(store.audit.append({ user: '', action: 'x', subject: 'y', detail: {} })).rejects.toMatchObject({
    code: 'usage',
  });
});
