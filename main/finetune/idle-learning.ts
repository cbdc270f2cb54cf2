/** Learning without being asked: where the user wants it, a round that is offered begins when nobody works any more. */
import { isAppError } from '../../shared/errors';
import type { Learning } from './learning';
import { logError } from '../log';

/** Nobody has opened a frame or saved a mask for so long. */
const IDLE_MS = 3 * 60_000;
const LOOK_EVERY_MS = 20_000;

export class IdleLearning {
  #activeMs = Date.now();
  readonly #timer: NodeJS.Timeout;

  /** @param isWanted whether the user has switched it on */
  constructor(
    private readonly learning: Learning,
    private readonly isWanted: () => Promise<boolean>,
  ) {
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** The user has done something. */
  noteActivity(): void {
    this.#activeMs = Date.now();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (Date.now() - this.#activeMs < IDLE_MS) return;
    try {
      if (!(await this.isWanted())) return;
      const labels = await this.learning.labels();
      const offered = labels.find((label) => label.offered);
      if (offered && labels.every(({ round }) => round?.state !== 'running'))
        await this.learning.start(offered.labelId);
    } catch (error) {
      // Nobody has asked for it: what is in the way is told when somebody does.
      if (!isAppError(error)) logError('learning', error);
    }
  }
}
