/** The tool in hand and its state: hands it the events, tells when what it shows has changed. */
import { emitter } from '../../editor';
import { boxIdle } from './box-idle';
import { brushIdle } from './brush-idle';
import { pointIdle } from './point-idle';
import { polygonIdle } from './polygon-idle';
import { selectIdle } from './select-idle';
import type { Draft, ToolHost, ToolName, ToolPointer, ToolState } from './tool-state';

const FIRST_STATE: Readonly<Record<ToolName, (host: ToolHost) => ToolState>> = {
  select: selectIdle,
  point: pointIdle,
  box: boxIdle,
  brush: (host) => brushIdle(host, 'brush'),
  eraser: (host) => brushIdle(host, 'eraser'),
  polygon: polygonIdle,
};

type PointerEvent = 'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onDoubleClick';
type KeyEvent = 'onCancel' | 'onComplete' | 'onRemoveLast' | 'onRestoreLast';

export class Toolbox {
  /** Another tool, or another draft. */
  readonly changed = emitter<undefined>();
  #name: ToolName = 'point';
  #state: ToolState;

  constructor(private readonly host: ToolHost) {
    this.#state = FIRST_STATE[this.#name](host);
  }

  get name(): ToolName {
    return this.#name;
  }

  get draft(): Draft | null {
    return this.#state.draft;
  }

  get busy(): boolean {
    return this.#state.busy;
  }

  /** Ends what the tool before had begun; chosen again, a tool starts afresh. */
  choose(name: ToolName): void {
    this.#state.onLeave?.();
    this.#name = name;
    this.#become(FIRST_STATE[name](this.host));
  }

  pointer(event: PointerEvent, pointer: ToolPointer): void {
    this.#become(this.#state[event]?.(pointer) ?? this.#state);
  }

  pointerLeft(): void {
    this.#become(this.#state.onPointerLeave?.() ?? this.#state);
  }

  /** @returns whether the tool had something begun that the key meant */
  key(event: KeyEvent): boolean {
    if (!this.#state.busy || !this.#state[event]) return false;
    this.#become(this.#state[event]());
    return true;
  }

  /** The frame is about to change, or the draft's size has. */
  restart(): void {
    this.choose(this.#name);
  }

  #become(state: ToolState): void {
    this.#state = state;
    this.changed.emit(undefined);
  }
}
