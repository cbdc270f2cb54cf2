// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardClosing, type Unsaved } from '../../../../renderer/stores/before-closing';

let stop: () => void = () => undefined;
afterEach(() => {
  stop();
  vi.restoreAllMocks();
});

/** Whether the window may close now. */
function tryToClose(): boolean {
  return window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
}

function guarded(
  count: number,
  saves: boolean,
): { close: ReturnType<typeof vi.spyOn>; warn: ReturnType<typeof vi.fn> } {
  const close = vi.spyOn(window, 'close').mockImplementation(() => undefined);
  const warn = vi.fn();
  const unsaved: Unsaved = { count: () => count, flush: () => Promise.resolve(saves), warn };
  stop = guardClosing(window, unsaved);
  return { close, warn };
}

describe('closing the window', () => {
  it('needs nothing when everything is saved', () => {
    guarded(0, true);
    expect(tryToClose()).toBe(true);
  });

  it('waits for what is being saved, then closes', async () => {
    const { close } = guarded(2, true);
    expect(tryToClose()).toBe(false);
    expect(close).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  });

  it('is refused once, with a warning, when saving fails; asked for again it is done', async () => {
    const { close, warn } = guarded(2, false);
    expect(tryToClose()).toBe(false);
    await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());
    expect(close).not.toHaveBeenCalled();
    expect(tryToClose()).toBe(true);
  });
});
