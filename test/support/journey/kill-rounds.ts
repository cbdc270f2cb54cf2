/**
 * Kills processes of the running program while somebody edits, and looks afterwards whether every edit that the interface
 * had shown as saved is there. One round: each worker, then the page, then main, once each at a random moment.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDesktop, type Desktop } from '../desktop';
import { disc, imageOf } from '../study-folder';
import { until, WindowHands, type Seen } from './window-hands';
import { answerDialogs, ask } from './workplace';

export const VICTIMS = ['study', 'encode', 'prompt', 'renderer', 'main'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface Tally {
  kills: number;
  /** States of a frame that the interface showed as saved, each counted once. */
  shownAsSaved: number;
  /** Of these, those that were not in the project when it was opened again. */
  lost: number;
}

export interface Killed {
  readonly tallies: Readonly<Record<Victim, Tally>>;
  /** How long after the death of a process the user's next acts had worked, ms. */
  readonly backMs: Readonly<Record<Victim, number[]>>;
}

/** A frame's masks as they were on screen while the interface said that all was saved. */
interface Shown {
  readonly victim: Victim;
  readonly frameSha256: string;
  readonly masks: readonly string[];
}

type Chance = () => number;

const SIZE = { width: 320, height: 240 };
const FRAMES = 30;
const MESSAGE: Readonly<Record<Exclude<Victim, 'main'>, string>> = {
  study: '(study) was restarted',
  encode: '(encode) was restarted',
  prompt: '(prompt) was restarted',
  renderer: 'interface was restarted',
};

/** @param folder an empty one, which the study is made in */
export async function killRounds(
  folder: string,
  rounds: number,
  seed: number,
  onRound: (soFar: Killed) => void = () => undefined,
): Promise<Killed> {
  const zero = (): Tally => ({ kills: 0, shownAsSaved: 0, lost: 0 });
  const tallies = { study: zero(), encode: zero(), prompt: zero(), renderer: zero(), main: zero() };
  const backMs: Record<Victim, number[]> = { study: [], encode: [], prompt: [], renderer: [], main: [] };
  const chance = randomFrom(seed);
  for (let round = 0; round < rounds; round++) {
    const study = join(folder, `study-${round}`);
    writeStudy(study, seed + round);
    const desktop = await openStudy(study);
    const editing = new Editing(new WindowHands(desktop.app), chance);
    for (const victim of VICTIMS) {
      const ms = await killOnce(desktop, editing, victim);
      if (ms !== null) backMs[victim].push(ms);
      tallies[victim].kills++;
    }
    const begun = Date.now();
    const again = await openDesktop({ profile: desktop.profile, args: [study] });
    const found = await revisionsIn(again);
    backMs.main.push(Date.now() - begun);
    // Read and done with: however this one ends, its study is not looked at again.
    again.app.process().kill('SIGKILL');
    for (const { victim, frameSha256, masks } of editing.shown) {
      tallies[victim].shownAsSaved++;
      const known = found.get(frameSha256);
      if (!masks.every((counts) => known?.has(counts))) tallies[victim].lost++;
    }
    onRound({ tallies, backMs });
  }
  return { tallies, backMs };
}

/** Kills the process, or the one that the program itself has put in its place meanwhile. */
async function strike(pidOf: () => Promise<number | undefined>): Promise<void> {
  for (;;) {
    const pid = await pidOf();
    try {
      if (pid !== undefined && process.kill(pid, 'SIGKILL')) return;
    } catch {
      // It ended between the question and the blow.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Answers how long it took until the user could go on; null for main, which has to be started again. */
async function killOnce(desktop: Desktop, editing: Editing, victim: Victim): Promise<number | null> {
  const { hands } = editing;
  editing.victim = victim;
  // The encoder runs only where there is something to encode.
  if (victim === 'encode') await hands.press('Right');
  const pidOf = async (): Promise<number | undefined> =>
    victim === 'main' ? desktop.app.process().pid : hands.pidOf(victim);
  await until(`${victim} runs`, pidOf, (id) => id !== undefined);
  const ended = new Promise<void>((told) => {
    // Not Playwright's 'close': it waits for children that still hold the output.
    if (victim === 'main') desktop.app.process().once('exit', () => told());
  });
  let killedAt = 0;
  const strikeSoon = (ms: number) => setTimeout(() => void strike(pidOf).then(() => (killedAt = Date.now())), ms);
  const first = strikeSoon(400 + editing.chance() * 1_800);
  try {
    await editing.until(() => killedAt > 0);
  } finally {
    clearTimeout(first);
  }
  if (victim === 'main') {
    await ended;
    return null;
  }
  // The message stays for some seconds; nothing is asked of the user. None comes where the program was just ending that
  // process itself, as it does with an encoding that nobody wants any more: then the next one is struck.
  const told = () =>
    until(
      `the message about ${victim}`,
      () => hands.look(),
      ({ messages }) => messages.includes(MESSAGE[victim]),
      10_000,
    );
  await told().catch(() => {
    strikeSoon(0);
    return told();
  });
  // A worker that nobody asks anything is started again only by the next question, so none is waited for.
  await editing.goOn(victim);
  return Date.now() - killedAt;
}

/** Scripted editing: strokes and clicks at random places, about five a second, and what the window then showed. */
class Editing {
  readonly shown: Shown[] = [];
  victim: Victim = 'study';
  #acts = 0;
  #last = '';

  constructor(
    readonly hands: WindowHands,
    readonly chance: Chance,
  ) {}

  /** Edits until told to stop. Where the page or the program is gone, it is waited for or given up. */
  async until(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      try {
        await this.#act();
        await this.#note();
      } catch (error) {
        if (isOver()) return;
        throw error;
      }
    }
  }

  /** After a death: another frame comes up, a click on it is answered, and a stroke is saved. */
  async goOn(after: Victim): Promise<void> {
    const { hands } = this;
    const before = await hands.look();
    await hands.press('Right');
    const ready = ({ frameSha256, embedding }: Seen): boolean =>
      frameSha256 !== '' && frameSha256 !== before.frameSha256 && embedding === 'ready';
    const opened = await until(`a frame after ${after}`, () => hands.look(), ready, 60_000);
    await hands.press('P');
    // A click, and a stroke, within the mask changes nothing: another one then.
    const clickAndLook = async (): Promise<Seen> => {
      await hands.drag([this.#spot()]);
      const answered = ({ waiting, saveState }: Seen): boolean => waiting === 0 && saveState === 'saved';
      return until(`an answer after ${after}`, () => hands.look(), answered);
    };
    const clicked = await until(
      `a click after ${after}`,
      clickAndLook,
      ({ masks }) => masks.join() !== opened.masks.join(),
      60_000,
    );
    const strokeAndLook = async (): Promise<Seen> => {
      await this.#stroke();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return hands.look();
    };
    await until(
      `a stroke after ${after}`,
      strokeAndLook,
      ({ saveState, masks }) => saveState === 'saved' && masks.join() !== clicked.masks.join(),
    );
    await this.#note();
  }

  async #act(): Promise<void> {
    const turn = ++this.#acts % 8;
    if (turn === 0) await this.hands.press('Right');
    else if (turn === 4) {
      await this.hands.press('P');
      await this.hands.drag([this.#spot()]);
    } else await this.#stroke();
    await new Promise((resolve) => setTimeout(resolve, 40 + this.chance() * 120));
  }

  async #stroke(): Promise<void> {
    await this.hands.press('B');
    await this.hands.drag([this.#spot(), this.#spot()]);
  }

  async #note(): Promise<void> {
    const { saveState, frameSha256, masks } = await this.hands.look();
    const state = `${frameSha256} ${masks.join()}`;
    if (saveState !== 'saved' || frameSha256 === '' || masks.length === 0 || state === this.#last) return;
    this.#last = state;
    this.shown.push({ victim: this.victim, frameSha256, masks });
  }

  #spot(): { x: number; y: number } {
    return { x: (0.1 + 0.8 * this.chance()) * SIZE.width, y: (0.1 + 0.8 * this.chance()) * SIZE.height };
  }
}

/** Every mask that the project remembers, by the frame's hash, read from the program that opened it again. */
async function revisionsIn({ page }: Desktop): Promise<Map<string, Set<string>>> {
  const list = () => ask(page, 'frames.list', { filter: {}, limit: 1_000, offset: 0 });
  const { frames } = await until('the project', list, ({ total }) => total === FRAMES);
  const found = new Map<string, Set<string>>();
  for (const { id, sha256, maskCount } of frames) {
    if (sha256 === null || maskCount === 0) continue;
    const counts = new Set<string>();
    for (const mask of await ask(page, 'masks.ofFrame', { frameId: id })) {
      for (const { rle } of await ask(page, 'masks.history', { maskId: mask.id })) counts.add(rle.counts);
    }
    found.set(sha256, counts);
  }
  return found;
}

async function openStudy(study: string): Promise<Desktop> {
  const desktop = await openDesktop();
  await answerDialogs(desktop.app, study);
  await desktop.page.getByRole('button', { name: 'Open a folder' }).click();
  await desktop.page.getByPlaceholder('e.g. thyroid nodule').fill('nodule');
  await desktop.page.getByPlaceholder('e.g. thyroid nodule').press('Enter');
  const hands = new WindowHands(desktop.app);
  await until(
    'the first frame',
    () => hands.look(),
    ({ embedding }) => embedding === 'ready',
    60_000,
  );
  // The dialog fades out over the canvas.
  await desktop.page.locator('.n-modal-mask').waitFor({ state: 'detached' });
  return desktop;
}

function writeStudy(folder: string, seed: number): void {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < FRAMES; n++) {
    const mask = disc(SIZE.width, SIZE.height, 60 + 6 * n, 120 + (seed % 40), 30 + (n % 7));
    writeFileSync(join(folder, `frame-${n + 1}.png`), imageOf(mask));
  }
}

/** Mulberry32: the same numbers in [0, 1) for the same seed. */
function randomFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
