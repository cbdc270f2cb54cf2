/** How a project learns: in which order frames come up, and whether rounds begin by themselves. Kept in the project. */
import { z } from 'zod';
import { frameOrder } from '../../shared/domain';
import type { ProjectStore } from '../project';

const settings = z.object({ order: frameOrder, automatic: z.boolean() });
export type LearningSettings = z.infer<typeof settings>;

const KEY = 'learning';
const DEFAULTS: LearningSettings = { order: 'file', automatic: false };

export async function learningSettings(store: ProjectStore): Promise<LearningSettings> {
  return (await store.settings.get(KEY, settings)) ?? DEFAULTS;
}

/** @returns the settings as they are now, on the disk */
export async function changeLearningSettings(
  store: ProjectStore,
  change: Partial<LearningSettings>,
): Promise<LearningSettings> {
  const changed = { ...(await learningSettings(store)), ...change };
  await store.settings.set(KEY, changed);
  return changed;
}
