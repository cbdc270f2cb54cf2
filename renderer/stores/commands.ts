/**
 * Runs commands, whether they come from the menu, a key or a button, and knows which can do something now. What happens
 * on the image is the editor's; everything else is done here.
 */
import { defineStore } from 'pinia';
import { computed, watch } from 'vue';
import { COMMAND_IDS, type CommandId } from '../../shared/commands';
import { TOOLS } from '../canvas';
import { i18n } from '../i18n';
import { call, listen } from '../ipc';
import { useCine } from './cine';
import { useBackups } from './backups';
import { useBeside } from './beside';
import { useComments } from './comments';
import { useComparison } from './comparison';
import { useCopying } from './copying';
import { useDialogs } from './dialogs';
import { useEditor } from './editor';
import { useFrameGrid } from './frame-grid';
import { useInference } from './inference';
import { useKeyboardCursor } from './keyboard-cursor';
import { useLabels } from './labels';
import { useLearning } from './learning';
import { useLearningDesk } from './learning-desk';
import { usePropagation } from './propagation';
import { useReaders } from './readers';
import { reviewLoop } from './review-loop';
import { useSecondWindow } from './second-window';
import { useTeam } from './team';
import { useStudyList } from './study-list';
import { useToasts } from './toasts';
import { useWorkspace } from './workspace';

export const useCommands = defineStore('commands', () => {
  const cine = useCine();
  const propagation = usePropagation();
  const backups = useBackups();
  const beside = useBeside();
  const comparison = useComparison();
  const copying = useCopying();
  const comments = useComments();
  const dialogs = useDialogs();
  const grid = useFrameGrid();
  const second = useSecondWindow();
  const editor = useEditor();
  const cursor = useKeyboardCursor();
  const inference = useInference();
  const labels = useLabels();
  const learning = useLearning();
  const desk = useLearningDesk();
  const list = useStudyList();
  const readers = useReaders();
  const team = useTeam();
  const toasts = useToasts();
  const workspace = useWorkspace();

  async function nextUnreviewed(): Promise<void> {
    const found =
      learning.order === 'file' ? list.goNextUnreviewed() : list.goTo(() => learning.next(list.current?.id ?? null));
    if (!(await found)) toasts.news(i18n.global.t('study.allReviewed'));
  }

  const loop = reviewLoop(nextUnreviewed);

  /** Commands that are not the editor's. */
  const own: Partial<Record<CommandId, () => void>> = {
    'study.openFolder': () => void workspace.openFolder(),
    'study.openFiles': () => void workspace.openFiles(),
    'study.openSample': () => void workspace.openSample(),
    'team.open': () => void team.ask(),
    'project.open': () => void workspace.openProject(),
    'project.close': () => void workspace.close(),
    'project.backups': () => backups.show(),
    'project.verify': () => dialogs.show('verify'),
    'import.open': () => dialogs.show('import'),
    'export.open': () => dialogs.show('export'),
    'pacs.fetch': () => dialogs.show('pacs-fetch'),
    'pacs.send': () => dialogs.show('pacs-send'),
    'pacs.servers': () => dialogs.show('pacs-servers'),
    'file.describe': () => dialogs.show('file'),
    'view.dashboard': () => dialogs.show('dashboard'),
    'settings.open': () => dialogs.show('settings'),
    'review.readers': () => dialogs.show('readers'),
    'settings.keys': () => dialogs.show('keys'),
    ...loop.acts,
    'help.manual': () => dialogs.show('manual'),
    'review.agreement': () => dialogs.show('agreement'),
    'review.adjudicate': () => dialogs.show('adjudication'),
    'review.comment': () => comments.begin(),
    'review.history': () => dialogs.show('history'),
    'help.shortcuts': () => dialogs.show('shortcuts'),
    'help.palette': () => dialogs.show('palette'),
    'help.diagnostics': () => dialogs.show('diagnostics'),
    'help.showLog': () => void toasts.attempt(() => call('diagnostics.showLog')),
    'help.updates': () => dialogs.show('updates'),
    'help.about': () => dialogs.show('about'),
    'view.fullScreen': () => void toasts.attempt(() => call('window.toggleFullScreen')),
    'tool.keyboardCursor': () => cursor.toggle(),
    'batch.open': () => dialogs.show('batch'),
    'go.nextFrame': () => void list.go('next'),
    'go.previousFrame': () => void list.go('previous'),
    'go.nextUnreviewed': () => void nextUnreviewed(),
    'go.nextImage': () => void list.goImage('next'),
    'go.previousImage': () => void list.goImage('previous'),
  };

  const ALWAYS: ReadonlySet<CommandId> = new Set([
    'view.fullScreen',
    'settings.open',
    'settings.keys',
    'pacs.servers',
    'help.manual',
    'help.palette',
    'help.shortcuts',
    'help.diagnostics',
    'help.showLog',
    'help.updates',
    'help.about',
  ]);
  const OPENING: ReadonlySet<CommandId> = new Set([
    'study.openFolder',
    'study.openFiles',
    'study.openSample',
    'pacs.fetch',
    'project.open',
    'team.open',
  ]);
  const NAVIGATION = /^go\..*(Frame|Image)$|^go\.nextUnreviewed$/;
  const THROUGH_LOOP = /^cine\.(.*Frame|play)$/;
  /** Not while versions are compared or frames are looked over: the frame's own masks are not on screen then. */
  const CHANGES_MASKS = /^(mask|edit)\./;
  /** What is about a frame stops the loop at the one on screen first. */
  const STOPS_LOOP = /^(mask|edit|tool|go)\./;
  /** Not before the frame's proposal is there: nobody would have meant that. */
  const JUDGES: ReadonlySet<CommandId> = new Set(['mask.accept', 'mask.acceptAndNext', 'mask.rejectAndNext']);
  const NEEDS_MODEL: ReadonlySet<CommandId> = new Set([
    'tool.point',
    'tool.scribble',
    'tool.box',
    'mask.propose',
    'mask.refine',
  ]);

  function enabled(id: CommandId): boolean {
    if (ALWAYS.has(id)) return true;
    if (team.missingFor(id)) return false;
    if (OPENING.has(id)) return !workspace.busy;
    if (!workspace.project) return false;
    if (id === 'review.comment' || id === 'review.history') return editor.image !== null && !cine.moving;
    if (id === 'tool.keyboardCursor') return editor.image !== null;
    if (id === 'review.adjudicate') return readers.isMain;
    if (id === 'file.describe') return list.current !== null;
    if (cine.moving && STOPS_LOOP.test(id)) return true;
    if (id in cine.acts) return cine.enabled(id);
    if (id in propagation.acts) return !covered() && propagation.enabled(id);
    if (id in copying.acts) return !covered() && copying.enabled(id);
    if (NAVIGATION.test(id)) return list.total > 0;
    if (id in second.acts) return true;
    if (id === 'view.grid') return list.total > 0;
    if (id === 'view.beside') return beside.on || list.current !== null;
    if (covered() && CHANGES_MASKS.test(id)) return false;
    if (JUDGES.has(id) && proposalComing()) return false;
    if (id in loop.acts) return loop.enabled();
    if (NEEDS_MODEL.has(id) && inference.failed) return false;
    if (id === 'batch.open') return list.total > 0 && !inference.failed;
    if (id in desk.acts) return desk.enabled(id);
    return id in own || editor.enabled(id);
  }

  /** The masks of the open frame are not on screen. */
  const covered = (): boolean => comparison.on || grid.open;
  const anyHead = (): boolean => labels.all.some(({ head }) => head !== null);

  /** A frame judged now would be judged without its proposal. */
  function proposalComing(): boolean {
    return editor.embedding === 'waiting' && editor.review === 'unopened' && editor.instances.length === 0 && anyHead();
  }

  function checked(id: CommandId): boolean {
    if (id === 'view.grid') return grid.open;
    if (id === 'view.beside') return beside.on;
    if (id === 'view.secondWindow') return second.open;
    if (id === 'tool.keyboardCursor') return cursor.on;
    return editor.checked(id) || desk.checked(id) || cine.checked(id);
  }

  /** Nothing is done to a frame in passing; only a tool is taken in hand. */
  function stopLoop(id: CommandId): void {
    const tool = TOOLS.find((name) => id === `tool.${name}`);
    if (tool) editor.toolbox.choose(tool);
    void cine.pause();
  }

  function run(id: CommandId): void {
    if (!enabled(id)) return void team.refuses(id);
    if ((NAVIGATION.test(id) || THROUGH_LOOP.test(id)) && !editor.toolbox.mayLeave()) return;
    if (id === 'tool.cancel' && cursor.leave()) return;
    if (id === 'tool.cancel' && comparison.on) return comparison.stop();
    if (cine.moving && STOPS_LOOP.test(id)) return stopLoop(id);
    const act = [own, desk.acts, cine.acts, propagation.acts, copying.acts, beside.acts, grid.acts, second.acts].find(
      (acts) => id in acts,
    )?.[id];
    if (act) act();
    else editor.execute(id);
  }

  listen('command', ({ id }) => run(id));

  const menuState = computed(() => ({
    disabled: COMMAND_IDS.filter((id) => dialogs.isOpen || !enabled(id)),
    checked: COMMAND_IDS.filter(checked),
  }));
  watch(
    menuState,
    (now, before) => {
      if (JSON.stringify(now) !== JSON.stringify(before)) void toasts.attempt(() => call('menu.setState', now));
    },
    { immediate: true },
  );

  return { run, enabled, checked };
});
