/**
 * A packed program run as an ordinary user, and a reader's way through it: by Chromium's own input events, since its fuses
 * shut Playwright out. Linux alone.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Channel, RequestInput, ResponseOf } from '../../../shared/ipc';
import { stringEnv } from '../desktop';
import { DevtoolsPipe, PIPE_STDIO } from '../devtools-pipe';
import { writeBreastStudy } from '../phantom-study';

/** `nobody` of every Linux. */
const USER = 65_534;
const isRoot = process.getuid?.() === 0;

/** Whether the kernel lets that user make namespaces; without them, as in most containers, Chromium does not start as one. */
export function canSandbox(): boolean {
  const [command, ...args] = asOrdinaryUser(['unshare', '--user', 'true']);
  return process.platform === 'linux' && spawnSync(command!, args).status === 0;
}

function asOrdinaryUser(command: readonly string[]): readonly string[] {
  return isRoot ? ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', ...command] : command;
}

export class PackedProgram {
  readonly #child: ChildProcess;
  readonly #page: DevtoolsPipe;
  readonly #ended: Promise<number | null>;

  /** @param home the user's, which is theirs alone */
  constructor(executable: string, home: string, args: readonly string[]) {
    const [command, ...rest] = asOrdinaryUser([executable, ...args, '--remote-debugging-pipe']);
    const { XDG_CONFIG_HOME: _config, XDG_CACHE_HOME: _cache, ...env } = stringEnv();
    this.#child = spawn(command!, rest, {
      ...{ stdio: [...PIPE_STDIO], cwd: home },
      env: { ...env, HOME: home, LANGUAGE: 'en' },
    });
    this.#page = new DevtoolsPipe(this.#child);
    this.#ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
  }

  look<T>(expression: string): Promise<T> {
    return this.#page.evaluate(expression) as Promise<T>;
  }

  async ask<C extends Channel>(channel: C, request?: RequestInput<C>): Promise<ResponseOf<C>> {
    const sent = JSON.stringify(request) ?? 'undefined';
    const answer = await this.look<{ ok: boolean; value: ResponseOf<C> }>(
      `window.sonomask.invoke(${JSON.stringify(channel)}, ${sent})`,
    );
    expect(answer, channel).toMatchObject({ ok: true });
    return answer.value;
  }

  /** Presses what is called so, when it is there. */
  async press(selector: string, text: string): Promise<void> {
    const find = `[...document.querySelectorAll(${JSON.stringify(selector)})].findLast((each) => each.textContent.trim() === ${JSON.stringify(text)})`;
    await expect.poll(() => this.look(`!!${find}`), { timeout: 60_000 }).toBe(true);
    await this.look(`${find}.click()`);
  }

  async key(key: string, code: string): Promise<void> {
    const named = { key, code, windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0) };
    await this.#page.input('dispatchKeyEvent', { type: 'keyDown', text: key, ...named });
    await this.#page.input('dispatchKeyEvent', { type: 'keyUp', ...named });
  }

  /** Presses, moves and lets go the left button: shares of the image. */
  async drag(...way: readonly (readonly [x: number, y: number])[]): Promise<void> {
    const spots = await this.look<{ x: number; y: number }[]>(`(() => {
      const store = document.querySelector('#app').__vue_app__.config.globalProperties.$pinia._s.get('editor');
      const box = document.querySelector('.frame-canvas').getBoundingClientRect();
      const { image, viewport } = store;
      return ${JSON.stringify(way)}.map(([x, y]) => ({
        x: box.left + viewport.offsetX + x * image.widthPx * viewport.scale,
        y: box.top + viewport.offsetY + y * image.heightPx * viewport.scale,
      }));
    })()`);
    const left = { button: 'left', clickCount: 1 };
    await this.#page.input('dispatchMouseEvent', { type: 'mouseMoved', ...spots[0]! });
    await this.#page.input('dispatchMouseEvent', { type: 'mousePressed', ...spots[0]!, ...left });
    for (const spot of spots.slice(1)) {
      await this.#page.input('dispatchMouseEvent', { type: 'mouseMoved', ...spot, button: 'left', buttons: 1 });
    }
    await this.#page.input('dispatchMouseEvent', { type: 'mouseReleased', ...spots.at(-1)!, ...left });
  }

  /** Whether Chromium confined the page's process, and whose it is. */
  page(): { uid: number; sandboxed: boolean } {
    const status = descendants(this.#child.pid!)
      .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer'))
      .map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'))[0]!;
    return { uid: Number(/^Uid:\s+(\d+)/m.exec(status)![1]), sandboxed: /^Seccomp:\s+2/m.test(status) };
  }

  /** Closes the window as a user does. @returns the exit code */
  async quit(): Promise<number | null> {
    await this.look('setTimeout(() => window.close(), 50)');
    return this.#ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        return [{ pid: Number(name), parent: Number(parent) }];
      } catch {
        return [];
      }
    });
  const under = (of: number): number[] =>
    parents.filter(({ parent }) => parent === of).flatMap((each) => [each.pid, ...under(each.pid)]);
  return under(pid);
}

/** Opens a study, gets a proposal, corrects it by click and brush, exports, quits, and finds everything again. */
export async function readAsOrdinaryUser(executable: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'sonomask-home-'));
  let program: PackedProgram | undefined;
  try {
    const study = join(home, 'study');
    writeBreastStudy(study, 1);
    mkdirSync(join(home, 'out'));
    if (isRoot) for (const path of [home, join(home, 'out')]) chownSync(path, USER, USER);
    chmodSync(home, 0o700);
    // The study is another's: it can be read, and not be written.
    program = new PackedProgram(executable, home, [study]);
    await program.press('.dialog-labels *', 'Breast lesion');
    await program.press('button', 'Start');
    const edited = await correct(program);
    expect(program.page()).toEqual({ uid: isRoot ? USER : process.getuid!(), sandboxed: true });
    const { folder, masks } = await program.ask('export.run', {
      ...{ folder: join(home, 'out'), formats: ['png', 'coco'], include: 'all', manifest: 'plain' },
    });
    expect(masks).toBeGreaterThan(0);
    expect(readdirSync(folder)).toContain('coco.json');
    expect(await program.quit()).toBe(0);
    program = new PackedProgram(executable, home, [study]);
    await expect.poll(() => firstMask(program!), { timeout: 60_000 }).toEqual(edited);
    expect(await program.quit()).toBe(0);
  } finally {
    program?.kill();
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** By a click, then by the brush. @returns the mask's pixels and tool */
async function correct(program: PackedProgram): Promise<{ counts: string; tool: string }> {
  await expect.poll(() => firstMask(program), { timeout: 120_000 }).toMatchObject({ tool: 'proposal' });
  const ready = "document.querySelector('.frame-canvas')?.dataset.embedding === 'ready'";
  await expect.poll(() => program.look(ready), { timeout: 60_000 }).toBe(true);
  await program.drag([0.5, 0.5]);
  await expect.poll(() => firstMask(program), { timeout: 60_000 }).toMatchObject({ tool: 'prompt' });
  await program.key('b', 'KeyB');
  await program.drag([0.5, 0.5], [0.6, 0.5], [0.7, 0.4], [0.8, 0.2]);
  await expect.poll(() => firstMask(program), { timeout: 60_000 }).toMatchObject({ tool: 'brush' });
  const saved = "document.querySelector('[data-save-state]').dataset.saveState";
  await expect.poll(() => program.look(saved), { timeout: 60_000 }).toBe('saved');
  return (await firstMask(program))!;
}

async function firstMask(program: PackedProgram): Promise<{ counts: string; tool: string } | undefined> {
  const info = await program.look<boolean>(
    "typeof window.sonomask === 'object' && !!document.querySelector('[role=option]')",
  );
  if (!info) return undefined;
  const { frames } = await program.ask('frames.list', { filter: {}, limit: 10, offset: 0 });
  if (!frames[0]) return undefined;
  const [mask] = await program.ask('masks.ofFrame', { frameId: frames[0].id });
  return mask && { counts: mask.current.rle.counts, tool: mask.current.origin.tool };
}
