/**
 * Keys that mean something for as long as they are held: Space pans, and the key that hides the masks (H) shows them
 * again when it is let go after a while. Pressing it is a command like any other (`view.masksVisible`).
 */
const LONG_MS = 350;
const TYPING = 'input, textarea, select, button, [contenteditable="true"], [role="textbox"], [role="button"]';

export interface HeldKeys {
  space(held: boolean): void;
  /** Whether this press hides the masks. */
  hidesMasks(event: KeyboardEvent): boolean;
  /** That key was held, not tapped, and is let go. */
  masksHiddenLong(): void;
}

/** Listens until the answered function is called. */
export function watchHeldKeys(target: Window, held: HeldKeys): () => void {
  let hiding: { readonly code: string; readonly since: number } | null = null;

  function down(event: KeyboardEvent): void {
    if (event.target instanceof Element && event.target.closest(TYPING)) return;
    if (event.code === 'Space') {
      event.preventDefault();
      if (!event.repeat) held.space(true);
    }
    if (!event.repeat && held.hidesMasks(event)) hiding = { code: event.code, since: event.timeStamp };
  }

  function up(event: KeyboardEvent): void {
    if (event.code === 'Space') held.space(false);
    if (hiding === null || event.code !== hiding.code) return;
    if (event.timeStamp - hiding.since > LONG_MS) held.masksHiddenLong();
    hiding = null;
  }

  /** Keys let go while another window has the focus are never told. */
  function blur(): void {
    held.space(false);
    hiding = null;
  }

  target.addEventListener('keydown', down);
  target.addEventListener('keyup', up);
  target.addEventListener('blur', blur);
  return () => {
    target.removeEventListener('keydown', down);
    target.removeEventListener('keyup', up);
    target.removeEventListener('blur', blur);
  };
}
