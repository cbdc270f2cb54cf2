/** Long work in the background: the window and what answers it go first. */
import { constants, setPriority } from 'node:os';

/** Lowers the priority of this process, for good. */
export function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems do not let a process do even this; it is a courtesy, not a need.
  }
}
