/**
 * The head versions of each label: which proposes, how good each is, going back, sharing as a file. And what is said when
 * a round has ended.
 */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { takesOver, type HeadVersion, type LabelId } from '../../shared/domain';
import type { EventOf, ResponseOf } from '../../shared/ipc';
import { i18n } from '../i18n';
import { labelText } from '../i18n/label-names';
import { roundNews } from '../i18n/learning-words';
import { call, listen } from '../ipc';
import { useLabels } from './labels';
import { useToasts } from './toasts';

export type HeadHistory = ResponseOf<'learning.versions'>;

/** What to go back to: a version, the model's own head, or nothing that proposes. */
export interface Earlier {
  readonly headId: HeadVersion['id'] | null;
  /** Null: the model's own head, or none. */
  readonly version: string | null;
}

export const useHeadVersions = defineStore('head-versions', () => {
  const toasts = useToasts();
  const labels = useLabels();
  const histories = shallowRef<ReadonlyMap<LabelId, HeadHistory>>(new Map());
  /** The version whose report is looked at. */
  const reported = ref<HeadVersion['id'] | null>(null);
  let generation = 0;

  function of(labelId: LabelId | null): HeadHistory | undefined {
    return labelId === null ? undefined : histories.value.get(labelId);
  }

  function active(labelId: LabelId | null): HeadVersion | undefined {
    return of(labelId)?.versions.find((version) => version.active);
  }

  function byId(headId: HeadVersion['id'] | null): HeadVersion | undefined {
    for (const { versions } of histories.value.values()) {
      const found = versions.find(({ id }) => id === headId);
      if (found) return found;
    }
    return undefined;
  }

  /** Reads a label's versions; from then on they are kept up to date. */
  async function load(labelId: LabelId): Promise<HeadHistory | undefined> {
    const asked = generation;
    const history = await toasts.attempt(() => call('learning.versions', { labelId }));
    if (!history || asked !== generation) return undefined;
    histories.value = new Map(histories.value).set(labelId, history);
    return history;
  }

  /** What the active version went on from, else the newest before it that took over, else the own head, or none. */
  function earlier(labelId: LabelId | null): Earlier | undefined {
    const versions = of(labelId)?.versions ?? [];
    const at = versions.findIndex((version) => version.active);
    if (at < 0) return undefined;
    const older = versions.slice(at + 1);
    const from = versions[at]?.report?.startedFrom;
    const found =
      older.find(({ version }) => version === from) ??
      older.find(({ report }) => report === null || takesOver(report.verdict));
    return { headId: found?.id ?? null, version: found?.version ?? null };
  }

  async function activate(labelId: LabelId, headId: HeadVersion['id'] | null): Promise<void> {
    await toasts.attempt(async () => {
      await call('learning.activate', { labelId, headId });
      await load(labelId);
      const { t } = i18n.global;
      const version = byId(headId)?.version;
      const own = of(labelId)?.ownHead ? t('learning.nowOwn') : t('learning.nowNone');
      toasts.news(version ? t('learning.nowVersion', { version }) : own);
    });
  }

  async function rollBack(labelId: LabelId): Promise<void> {
    const to = earlier(labelId);
    if (to) await activate(labelId, to.headId);
  }

  async function remove({ id, labelId }: HeadVersion): Promise<void> {
    await toasts.attempt(() => call('learning.removeVersion', { headId: id }));
    await load(labelId);
  }

  /** Asks where to; nothing is written where the user cancels. */
  async function save({ id, labelId, version }: HeadVersion): Promise<void> {
    await toasts.attempt(async () => {
      const name = `${labels.byId(labelId)?.name ?? ''} ${version}.safetensors`.replaceAll(/[\\/:*?"<>|]/g, '-');
      const path = await call('dialog.saveHead', { name });
      if (path === null) return;
      await call('learning.exportVersion', { headId: id, path });
      toasts.news(i18n.global.t('learning.exported', { version }));
    });
  }

  /** Asks which file; it is a version like any other then, and not active. */
  async function bring(labelId: LabelId): Promise<void> {
    await toasts.attempt(async () => {
      const path = await call('dialog.openHead');
      if (path === null) return;
      const { version } = await call('learning.importVersion', { labelId, path });
      await load(labelId);
      toasts.news(i18n.global.t('learning.imported', { version }));
    });
  }

  async function ended({ round, activated }: EventOf<'learning.ended'>): Promise<void> {
    if (round.state === 'cancelled') return;
    const label = labelText(labels.byId(round.labelId)?.name ?? '');
    const asked = generation;
    const history = await load(round.labelId);
    if (asked !== generation) return;
    const version = history?.versions.find(({ id }) => id === round.headId)?.version ?? '';
    const { kind, title, advice } = roundNews(round, { label, version, activated });
    toasts[kind](title, advice);
  }

  listen('learning.ended', (news) => void ended(news));
  listen('learning.changed', () => {
    for (const labelId of histories.value.keys()) void load(labelId);
  });
  listen('project.changed', () => {
    generation++;
    histories.value = new Map();
    reported.value = null;
  });

  return { reported, of, active, byId, load, earlier, activate, rollBack, remove, save, bring };
});
