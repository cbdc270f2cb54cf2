/** Work that is done a little at a time, the newest first: what came into sight last is looked at now. */
const AT_ONCE = 2;
const waiting: (() => Promise<void>)[] = [];
let running = 0;

/** Answers when it was done. */
export function inTurn(work: () => Promise<void>): Promise<void> {
  return new Promise((done, failed) => {
    waiting.push(() => work().then(done, failed));
    next();
  });
}

function next(): void {
  if (running >= AT_ONCE) return;
  const work = waiting.pop();
  if (!work) return;
  running++;
  void work().finally(() => {
    running--;
    next();
  });
}
