/** Tells when the window comes to a display whose pixels are larger or smaller than those of the one before. */
export function watchPixelRatio(target: Window, changed: () => void): () => void {
  // A query is true of one ratio only: with every change there is another to watch.
  const query = target.matchMedia(`(resolution: ${target.devicePixelRatio}dppx)`);
  let stopNext = (): void => undefined;
  const heard = (): void => {
    changed();
    stopNext = watchPixelRatio(target, changed);
  };
  query.addEventListener('change', heard, { once: true });
  return () => {
    query.removeEventListener('change', heard);
    stopNext();
  };
}
