/**
 * A team's project in the window: who we are there, whether its server answers, and who else works on the frame on screen. What
 * the server would refuse is refused here first, so that nobody draws in vain; the server decides.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import type { CommandId } from '../../shared/commands';
import { isTeamPlace, teamPlaceParts, type TeamRole } from '../../shared/domain';
import type { EventOf, KnownLogin, TeamLogin } from '../../shared/ipc';
import type { Lock } from '../editor';
import { i18n, noticeOf } from '../i18n';
import { call, listen } from '../ipc';
import { useDialogs } from './dialogs';
import { useEditor } from './editor';
import { useReaders } from './readers';
import { useToasts } from './toasts';
import { useWorkspace } from './workspace';

const ALONE: EventOf<'team.state'> = { online: true, frameId: null, holder: null };

/** Commands that need more than a reader's role. */
const REVIEWERS: ReadonlySet<CommandId> = new Set(['mask.accept', 'mask.acceptAndNext', 'review.adjudicate']);
const ADMINISTRATORS: ReadonlySet<CommandId> = new Set([
  'study.openFolder',
  'study.openFiles',
  'pacs.fetch',
  'learning.start',
  'learning.pause',
  'learning.finish',
  'learning.automatic',
  'learning.rollBack',
]);

export const useTeam = defineStore('team', () => {
  const { t } = i18n.global;
  const dialogs = useDialogs();
  const editor = useEditor();
  const readers = useReaders();
  const toasts = useToasts();
  const workspace = useWorkspace();

  const member = computed(() => workspace.project?.team ?? null);
  const state = shallowRef(ALONE);
  const online = computed(() => state.value.online);
  /** Who else has the frame on screen. */
  const holder = computed(() => (state.value.frameId === editor.frame?.id ? state.value.holder : null));
  /** Only reviewers accept in the main reading, and change what is accepted there. */
  const mayAccept = computed(() => !readers.isMain || hasRole('reviewer', 'admin'));

  const lock = computed((): Lock | null => {
    if (!member.value) return null;
    if (!online.value) return 'offline';
    if (holder.value !== null) return 'leased';
    return editor.review === 'accepted' && !mayAccept.value ? 'accepted' : null;
  });

  function hasRole(...roles: readonly TeamRole[]): boolean {
    return member.value === null || roles.includes(member.value.role);
  }

  /** The role that the command needs and we have not; null where nothing is in the way. */
  function missingFor(id: CommandId): TeamRole | null {
    if (REVIEWERS.has(id) && !mayAccept.value) return 'reviewer';
    return ADMINISTRATORS.has(id) && !hasRole('admin') ? 'admin' : null;
  }

  /** Says why, and answers true, where our role does not permit the command. */
  function refuses(id: CommandId): boolean {
    const missing = missingFor(id);
    if (missing) toasts.warning(t(`team.needs.${missing}`), t('team.askAdmin'));
    return missing !== null;
  }

  // Opening -----------------------------------------------------------------------------------------------------------

  /** What the dialog begins with, and what it says at first. */
  const asked = shallowRef<{ readonly known: KnownLogin; readonly problem: unknown } | null>(null);

  /** Asks for what is needed to open a project. */
  async function ask(place: string | null = null, problem: unknown = null): Promise<void> {
    const known = await toasts.attempt(() => call('team.known', { place }));
    if (!known) return;
    asked.value = { known, problem };
    dialogs.show('team');
  }

  /** Opens a project that was open before; asks where the password is not known, or something is in the way. */
  async function reopen(place: string): Promise<void> {
    const known = await toasts.attempt(() => call('team.known', { place }));
    if (!known) return;
    const problem = known.hasPassword ? await open(known.login, null, true) : null;
    if (!known.hasPassword || problem) await ask(place, problem);
  }

  /** What went wrong; null where nothing did. */
  async function open(login: TeamLogin, password: string | null, keep: boolean): Promise<unknown> {
    let problem: unknown = null;
    await workspace.openBy(async () => {
      try {
        await call('team.open', { login, password, keep });
      } catch (error) {
        problem = error;
      }
    });
    return problem;
  }

  /** Where a project is, as people name it. */
  function placeOf(path: string): string {
    const parts = teamPlaceParts(path);
    return parts ? t('team.where', { user: parts.user, server: parts.server }) : path;
  }

  // While it is open --------------------------------------------------------------------------------------------------

  watch(member, (now) => (editor.editor.shared = now !== null), { immediate: true, flush: 'sync' });
  watch(lock, (now) => editor.setLock(now), { immediate: true, flush: 'sync' });
  watch(
    () => (member.value ? (editor.frame?.id ?? null) : null),
    (frameId) => {
      if (member.value) void toasts.attempt(() => call('team.watch', { frameId }));
    },
  );

  // Who had the frame may have measured on it: masks and review are told, measurements are not.
  watch(
    () => [editor.frame?.id, holder.value] as const,
    ([frameId, now], [frameBefore, before]) => {
      if (frameId === frameBefore && before !== null && now === null) void editor.reload(frameId);
    },
  );

  editor.editor.gaveUp.on(({ frameId, code }) => {
    const { title } = noticeOf(code, holder.value ?? '');
    toasts.warning(title, t('team.notSaved'));
    if (online.value) void editor.reload(frameId);
  });
  listen('team.state', (now) => {
    const before = state.value;
    state.value = now;
    if (before.online === now.online) return;
    if (!now.online) toasts.warning(t('team.offline.title'), t('team.offline.advice'));
    else {
      toasts.news(t('team.back'));
      void editor.reload();
    }
  });
  listen('project.changed', () => (state.value = ALONE));
  // From the menu of recent projects, among others.
  listen('files.given', ({ paths: [first = '', ...others] }) => {
    if (isTeamPlace(first)) void reopen(first);
    else void workspace.openPaths([first, ...others]);
  });

  return { member, online, holder, lock, asked, missingFor, refuses, ask, reopen, open, placeOf };
});
