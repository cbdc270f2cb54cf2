/**
 * The open frame as the interface sees it: its image, masks, prompts, tool, saving. The work itself is done by
 * `renderer/editor`, which knows no Vue; this makes it reactive and joins it to main and to the prompt worker.
 */
import { defineStore } from 'pinia';
import { computed, markRaw, ref, shallowRef, watch } from 'vue';
import { COMMAND_IDS, type CommandId } from '../../shared/commands';
import type { FrameDetail, MaskInstance, ReviewState, Scale } from '../../shared/domain';
import type { ColourImage } from '../../shared/image';
import type { Problem } from '../../shared/ipc';
import { Toolbox } from '../canvas';
import { Editor, type Lock, type Refusal } from '../editor';
import { call, listen } from '../ipc';
import { guardClosing } from './before-closing';
import { editorCommands } from './editor-commands';
import { connectEditor } from './editor-ports';
import { editorView, viewForTools } from './editor-view';
import { FrameLoader, type LoadedFrame } from './frame-loader';
import { useInference } from './inference';
import { instanceLines } from './instance-lines';
import { useLabels } from './labels';
import { useToasts } from './toasts';

/** How many frames ahead have their samples loaded. */
const PREFETCHED = 2;
const MOST_PROPOSED = 16;

export const useEditor = defineStore('editor', () => {
  const toasts = useToasts();
  const labels = useLabels();
  const inference = useInference();
  const image = shallowRef<ColourImage | null>(null);
  const view = editorView(image);
  const loader = new FrameLoader();

  const editor = markRaw(new Editor(connectEditor(wantEmbedding, onNewWorker)));
  const toolbox = markRaw(new Toolbox({ editor, image: () => image.value, ...viewForTools(view) }));
  const commands = editorCommands(editor, toolbox, view);

  watch(image, (now) => (editor.grey = now), { flush: 'sync' });
  watch(view.brush.rules, (rules) => (editor.brushRules = rules), { immediate: true, flush: 'sync' });

  const frame = shallowRef<FrameDetail | null>(null);
  /** Why the frame cannot be shown, or not be trusted. */
  const problem = shallowRef<Problem | null>(null);
  const loading = ref(false);
  const embeddingProblem = shallowRef<Problem | null>(null);
  /** The last act that could not be done, and why; another object each time. */
  const refusal = shallowRef<{ readonly reason: Refusal | 'unsaved' } | null>(null);
  let neighbours: readonly number[] = [];
  let wantedFrameId: number | null = null;

  // Everything below that reads the editor depends on this.
  const version = ref(0);
  editor.changed.on(() => version.value++);
  toolbox.changed.on(() => version.value++);
  editor.selection.refused.on((reason) => (refusal.value = { reason }));
  const seen = <T>(read: () => T) => computed(() => (void version.value, read()));

  // One a command: a button is drawn anew when its own command is another, not with every act.
  const enabled = new Map(COMMAND_IDS.map((id) => [id, seen(() => commands.enabled(id))]));
  const checked = new Map(COMMAND_IDS.map((id) => [id, seen(() => commands.checked(id))]));

  const instances = seen(() => instanceLines(editor.document));
  const saving = seen(() => editor.documents.saving);
  const saveState = computed(() => {
    if (saving.value.failure) return 'failed';
    return saving.value.unsaved + saving.value.unsettled > 0 ? 'saving' : 'saved';
  });
  /** Whether clicks are answered at once; `none`: they are not answered at all. */
  const embedding = seen(() => {
    if (!editor.document || inference.failed) return 'none';
    if (editor.document.embedded) return 'ready';
    return embeddingProblem.value ? 'failed' : 'waiting';
  });

  /** Shows a frame and prepares for those the user is likely to see next, nearest first. */
  async function open(frameId: number, next: readonly number[] = []): Promise<void> {
    neighbours = next;
    if (wantedFrameId === frameId) {
      focus();
      if (!loading.value) prefetch();
      return;
    }
    wantedFrameId = frameId;
    toolbox.restart();
    const atHand = loader.atHand(frameId);
    if (atHand) show(atHand);
    else leave();
    loading.value = !atHand;
    focus();
    const loaded = await toasts.attempt(() => loader.load(frameId));
    // Another frame was wanted meanwhile.
    if (wantedFrameId !== frameId) return;
    loading.value = false;
    if (!loaded) close();
    else {
      show(loaded);
      // What was read ahead, or is known of a frame worked on before, may be older.
      editor.reviewStored(frameId, loaded.opened.frame.review);
      editor.measurementsStored(frameId, loaded.opened.measurements);
      prefetch();
    }
  }

  /** The pixels its file has now are the frame's: shows them, with the work done on the old ones. */
  async function acceptPixels(): Promise<void> {
    const frameId = wantedFrameId;
    // What is not saved yet belongs to the old pixels and could not be saved after.
    if (frameId === null || !(await flush())) return;
    const accepted = await toasts.attempt(() => call('frames.acceptPixels', { frameId }).then(() => true));
    if (!accepted || wantedFrameId !== frameId) return;
    await reload();
  }

  /** Reads the frame on screen anew. @param frameId only if it is this one */
  async function reload(frameId = wantedFrameId): Promise<void> {
    if (frameId === null || frameId !== wantedFrameId) return;
    const next = neighbours;
    loader.clear();
    close();
    await open(frameId, next);
  }

  /** The size of a pixel that the user found, mm; null: what the file states holds again. */
  async function calibrate(mmPerPx: Scale | null, scope: 'image' | 'series'): Promise<void> {
    const shown = frame.value;
    if (!shown) return;
    const request = { frameId: shown.id, mmPerPx, scope };
    const answer = await toasts.attempt(async () => ({ calibration: await call('frames.calibrate', request) }));
    if (!answer) return;
    // What was read ahead says what held before.
    loader.clear();
    if (frame.value === shown) frame.value = { ...shown, ...answer };
  }

  /** Nothing of a frame that is not wanted any more stays on screen, and no key acts on it. */
  function leave(): void {
    editor.close();
    frame.value = image.value = problem.value = null;
  }

  function prefetch(): void {
    for (const id of neighbours.slice(0, PREFETCHED)) loader.prefetch(id, view.prepare);
  }

  function show({ opened, image: samples }: LoadedFrame): void {
    const { sha256, widthPx, heightPx, id, review } = opened.frame;
    const same = editor.document?.frame.id === id && editor.document.frame.sha256 === sha256;
    problem.value = opened.problem;
    embeddingProblem.value = same ? embeddingProblem.value : null;
    if (samples === null || sha256 === null || widthPx === null || heightPx === null) {
      editor.close();
      image.value = null;
    } else if (same) {
      editor.receive(id, sha256, opened.masks);
    } else {
      view.setImage({ width: samples.widthPx, height: samples.heightPx });
      image.value = samples;
      editor.open({ id, sha256, widthPx, heightPx, review, measurements: opened.measurements }, opened.masks);
      editor.receive(id, sha256, proposed.get(id) ?? []);
      if (readyEmbeddings.has(sha256)) editor.embeddingReady(id, sha256);
    }
    frame.value = opened.frame;
  }

  function close(): void {
    wantedFrameId = null;
    loading.value = false;
    leave();
    void toasts.attempt(() => call('inference.blur'));
  }

  // The model -------------------------------------------------------------------------------------------------------

  /** Frames the prompt worker has announced; it holds a bounded number and says `not-ready` for the others. */
  const readyEmbeddings = new Set<string>();

  /** The newest proposals: those that come while their frame is being loaded are not in what was read of it. */
  const proposed = new Map<number, readonly MaskInstance[]>();

  /** A click on a frame that is not on screen any more waits for an embedding too: it comes after the one on screen. */
  function focus(): void {
    const frameId = wantedFrameId;
    if (frameId === null) return;
    const behind = new Set([...editor.documents.awaited, ...neighbours].filter((id) => id !== frameId));
    void toasts.attempt(() => call('inference.focus', { frameId, neighbours: [...behind].slice(0, 16) }));
  }

  function wantEmbedding(): void {
    const sha256 = editor.document?.frame.sha256;
    if (sha256) readyEmbeddings.delete(sha256);
    focus();
  }

  function onNewWorker(): void {
    readyEmbeddings.clear();
    editor.embeddingsLost();
    focus();
  }

  listen('embedding.ready', ({ frameId, frameSha256 }) => {
    readyEmbeddings.add(frameSha256);
    if (frameId === wantedFrameId) embeddingProblem.value = null;
    editor.embeddingReady(frameId, frameSha256);
  });
  listen('embedding.failed', (failed) => {
    if (failed.frameId === wantedFrameId) embeddingProblem.value = failed.problem;
    editor.embeddingFailed(failed.frameId, failed.problem.code);
  });
  listen('masks.proposed', ({ frameId, frameSha256, masks }) => {
    proposed.delete(frameId);
    proposed.set(frameId, masks);
    for (const old of proposed.keys()) if (proposed.size > MOST_PROPOSED) proposed.delete(old);
    editor.receive(frameId, frameSha256, masks);
  });
  listen('masks.changed', ({ frameId, frameSha256, masks }) => editor.receive(frameId, frameSha256, masks));
  listen('frames.changed', ({ frames }) => {
    for (const { id, review } of frames ?? []) editor.reviewStored(id, review);
  });
  listen('project.changed', () => {
    close();
    loader.clear();
    readyEmbeddings.clear();
    proposed.clear();
    editor.forget();
  });
  watch(
    () => inference.status?.model?.id ?? null,
    (modelId) => editor.setModel(modelId),
    { immediate: true },
  );
  watch(
    () => (inference.failed ? (inference.status?.problem?.code ?? 'model-invalid') : null),
    (problem) => editor.documents.setModelProblem(problem),
    { immediate: true },
  );
  watch(
    () => labels.all,
    (all) => {
      editor.selection.setLabels(
        all.map(({ id, instances: held, head }) => ({ id, instances: held, head: head?.name ?? null })),
      );
      const { inside } = view.brush;
      if (!all.some(({ id }) => id === inside.value)) inside.value = null;
    },
    { immediate: true },
  );

  // Saving ----------------------------------------------------------------------------------------------------------

  /** Resolves when everything is on the disk (true), or when a save fails (false: it is tried again and again). */
  function flush(): Promise<boolean> {
    editor.endStroke();
    return new Promise((resolve) => {
      const stop = watch(
        saving,
        ({ unsaved, failure }) => {
          if (unsaved > 0 && !failure) return;
          resolve(unsaved === 0);
          queueMicrotask(() => stop());
        },
        { immediate: true },
      );
    });
  }

  /** Before window or project close: a click that still waits gets no mask, so that what was done after it is saved. */
  function finish(): Promise<boolean> {
    editor.endStroke();
    editor.documents.giveUpClicks('cancelled');
    return flush();
  }

  guardClosing(window, {
    count: () => {
      const { unsaved, unsettled } = editor.documents.saving;
      return unsaved + unsettled + (editor.stroke ? 1 : 0);
    },
    flush: finish,
    warn: () => (refusal.value = { reason: 'unsaved' }),
  });

  return {
    /** For the canvas; everything else is to use what is below. */
    editor,
    toolbox,
    frame,
    image,
    problem,
    loading,
    refusal,
    instances,
    review: seen((): ReviewState | null => editor.document?.review ?? null),
    measurements: seen(() => editor.document?.measurements ?? []),
    calibrate,
    activeLabelId: seen(() => editor.selection.label?.id ?? null),
    tool: seen(() => toolbox.name),
    embedding,
    embeddingProblem,
    /** Clicks that wait for their mask. */
    waitingClicks: seen(() => editor.document?.waiting ?? 0),
    /** Why the last click gave no mask; without a model none does, which is said elsewhere. */
    clickProblem: seen(() => (inference.failed ? null : (editor.document?.problem ?? null))),
    saving,
    saveState,
    ...view,
    open,
    acceptPixels,
    reload,
    setLock: (lock: Lock | null) => (editor.lock = lock),
    close,
    flush,
    finish,
    retrySaves: () => editor.documents.retrySaves(),
    chooseLabel: (labelId: number) => editor.selection.chooseLabel(labelId),
    activate: (key: number | null) => editor.selection.activate(key),
    deleteInstance: (key: number) => editor.reviewing.deleteInstance(key),
    execute: (id: Parameters<typeof commands.execute>[0]) => commands.execute(id),
    enabled: (id: CommandId) => enabled.get(id)?.value ?? false,
    checked: (id: CommandId) => checked.get(id)?.value ?? false,
  };
});
