/**
 * Keys that mean something for as long as they are held: Space pans, H hides the masks. Pressing H is a command like any
 * other (`view.masksVisible`); letting it go after a while takes it back.
 */
const LONG_MS = 350;
const TYPING = 'input, textarea, select, button, [contenteditable="true"], [role="textbox"], [role="button"]';

export interface HeldKeys {
  space(held: boolean): void;
  /** H was held, not tapped, and is let go. */
  masksHiddenLong(): void;
}

/** Listens until the answered function is called. */
export function watchHeldKeys(target: Window, held: HeldKeys): () => void {
  let hidingSince: number | null = null;

  function down(event: KeyboardEvent): void {
    if (event.target instanceof Element && event.target.closest(TYPING)) return;
    if (event.code === 'Space') {
      event.preventDefault();
      if (!event.repeat) held.space(true);
    }
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (event.key.toLowerCase() === 'h' && plain && !event.repeat) hidingSince = event.timeStamp;
  }

  function up(event: KeyboardEvent): void {
    if (event.code === 'Space') held.space(false);
    if (event.key.toLowerCase() !== 'h' || hidingSince === null) return;
    if (event.timeStamp - hidingSince > LONG_MS) held.masksHiddenLong();
    hidingSince = null;
  }

  /** Keys let go while another window has the focus are never told. */
  function blur(): void {
    held.space(false);
    hidingSince = null;
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
