/**
 * Keeps the window open until everything is on the disk. Where saving fails, the user is told; whoever closes again
 * after that means it.
 */
export interface Unsaved {
  /** Edits that are not on the disk. */
  count(): number;
  /** True once all are saved, false when a save fails. */
  flush(): Promise<boolean>;
  /** Says that closing now loses work. */
  warn(): void;
}

/** Listens until the answered function is called. */
export function guardClosing(target: Window, unsaved: Unsaved): () => void {
  let warned = false;
  function beforeUnload(event: BeforeUnloadEvent): void {
    if (unsaved.count() === 0 || warned) return;
    event.preventDefault();
    // What Chromium before version 119 goes by.
    event.returnValue = true;
    void unsaved.flush().then((saved) => {
      if (saved) target.close();
      else {
        warned = true;
        unsaved.warn();
      }
    });
  }
  target.addEventListener('beforeunload', beforeUnload);
  return () => target.removeEventListener('beforeunload', beforeUnload);
}
