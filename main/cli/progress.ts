/**
 * Progress and messages on standard error: a bar with rate and time left on a terminal, JSON lines elsewhere. Standard
 * output belongs to the result.
 */
import type { Failure } from './command';

export interface ProgressSink {
  write(text: string): void;
  /** A terminal shows a bar that is drawn over; anything else gets JSON lines. */
  readonly interactive: boolean;
  readonly columns: number;
}

const BAR_CELLS = 24;
/** A bar is redrawn, and a line written, at most this often. */
const INTERVAL_MS = { bar: 100, lines: 1000 };

export class Progress {
  private startedAt = 0;
  private first = 0;
  private lastShownAt = -Infinity;
  private bar = '';

  constructor(
    private readonly sink: ProgressSink,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Starts counting time. @param already items that were done before and say nothing about the rate */
  start(already = 0): void {
    this.startedAt = this.now();
    this.first = already;
    this.lastShownAt = -Infinity;
  }

  /** @param total undefined where it is not known beforehand */
  update(done: number, total: number | undefined, item: string, facts: Readonly<Record<string, number>> = {}): void {
    const now = this.now();
    const interval = this.sink.interactive ? INTERVAL_MS.bar : INTERVAL_MS.lines;
    if (done !== total && now - this.lastShownAt < interval) return;
    this.lastShownAt = now;
    const rate = (done - this.first) / Math.max((now - this.startedAt) / 1000, 1e-3);
    const secondsLeft = total === undefined || rate === 0 ? undefined : (total - done) / rate;
    if (this.sink.interactive) this.draw(done, total, rate, secondsLeft, item, facts);
    else
      this.line({ event: 'progress', done, total, item, rate: round(rate), secondsLeft: round(secondsLeft), ...facts });
  }

  /** A sentence for the user. */
  note(message: string): void {
    if (this.sink.interactive) this.above(message);
    else this.line({ event: 'note', message });
  }

  /** An input that failed while the rest goes on. */
  failed(failure: Failure): void {
    if (this.sink.interactive) this.above(`failed: ${failure.message}`);
    else this.line({ event: 'failed', ...failure });
  }

  /** Leaves the bar as it stands; what is written next begins on a line of its own. */
  end(): void {
    if (this.bar) this.sink.write('\n');
    this.bar = '';
  }

  private line(event: object): void {
    this.sink.write(`${JSON.stringify(event)}\n`);
  }

  private above(message: string): void {
    this.sink.write(`\r\x1b[K${message}\n${this.bar}`);
  }

  private draw(
    done: number,
    total: number | undefined,
    rate: number,
    secondsLeft: number | undefined,
    item: string,
    facts: Readonly<Record<string, number>>,
  ): void {
    const filled = total ? Math.round((BAR_CELLS * done) / total) : 0;
    const cells = total === undefined ? '' : `[${'#'.repeat(filled)}${'.'.repeat(BAR_CELLS - filled)}] `;
    const left = secondsLeft === undefined ? '' : `  ${clock(secondsLeft)} left`;
    const extra = Object.entries(facts).map(([name, value]) => `  ${name} ${value}`);
    const text = `${cells}${done}${total === undefined ? '' : `/${total}`}  ${rate.toFixed(1)}/s${left}${extra.join('')}  ${item}`;
    this.bar = text.slice(0, Math.max(20, this.sink.columns - 1));
    this.sink.write(`\r\x1b[K${this.bar}`);
  }
}

function round(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100;
}

/** 75 -> "1:15", 3675 -> "1:01:15" */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
