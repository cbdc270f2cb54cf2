/** The tool in hand and its state: hands it the events, tells what has changed of it. */
import { emitter } from '../../editor';
import { boxIdle } from './box-idle';
import { brushIdle } from './brush-idle';
import { lassoIdle } from './lasso-idle';
import { livewireIdle } from './livewire-idle';
import { pointIdle } from './point-idle';
import { measureIdle } from './measure-idle';
import { polygonIdle } from './polygon-idle';
import { pushIdle } from './push-idle';
import { scribbleIdle } from './scribble-idle';
import { selectIdle } from './select-idle';
import { verticesIdle } from './vertices-idle';
import { SIDED, type Draft, type ToolHost, type ToolName, type ToolPointer, type ToolState } from './tool-state';

const FIRST_STATE: Readonly<Record<ToolName, (host: ToolHost) => ToolState>> = {
  select: selectIdle,
  point: pointIdle,
  scribble: scribbleIdle,
  box: boxIdle,
  brush: (host) => brushIdle(host, 'brush'),
  eraser: (host) => brushIdle(host, 'eraser'),
  polygon: polygonIdle,
  lasso: lassoIdle,
  livewire: livewireIdle,
  push: pushIdle,
  vertices: verticesIdle,
  caliper: (host) => measureIdle(host, 'caliper'),
  ellipse: (host) => measureIdle(host, 'ellipse'),
};

type PointerEvent = 'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onDoubleClick';
type KeyEvent = 'onCancel' | 'onComplete' | 'onRemoveLast' | 'onRestoreLast';

export class Toolbox {
  /** Another tool, or something is begun or ended: rare, for whoever draws buttons. */
  readonly changed = emitter<undefined>();
  /** Another draft: with every movement of the pointer, for whoever draws it. */
  readonly drafted = emitter<undefined>();
  #name: ToolName = 'point';
  #state: ToolState;
  #takesAway = false;

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

  get usesRightButton(): boolean {
    return this.#state.usesRightButton ?? false;
  }

  /** What adds takes away, as if Alt were held, and the other way round: until another tool or frame is chosen. */
  get takesAway(): boolean {
    return this.#takesAway;
  }

  switchSides(): void {
    this.#takesAway = !this.#takesAway;
    // What a click would give is another now.
    this.pointerLeft();
    this.changed.emit(undefined);
  }

  /** Ends what the tool before had begun; chosen again, a tool starts afresh. */
  choose(name: ToolName): void {
    this.#state.onLeave?.();
    this.#takesAway = false;
    this.#become(FIRST_STATE[name](this.host), name);
  }

  pointer(event: PointerEvent, pointer: ToolPointer): void {
    const turned = this.#takesAway && SIDED.has(this.#name) ? { ...pointer, alt: !pointer.alt } : pointer;
    this.#become(this.#state[event]?.(turned) ?? this.#state);
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

  /** Whether nothing would be lost with the frame: an outline of several clicks would be, and the user is told so. */
  mayLeave(): boolean {
    const { draft } = this.#state;
    const isOpen =
      (draft?.kind === 'polygon' && draft.vertices.length > 2) ||
      (draft?.kind === 'outline' && draft.anchors.length > 2);
    if (isOpen) this.host.editor.selection.refuse('outline-open');
    return !isOpen;
  }

  /** @returns whether Delete means what this tool makes */
  delete(): boolean {
    if (this.#state.busy || !this.#state.onDelete) return false;
    this.#become(this.#state.onDelete());
    return true;
  }

  /** The frame is about to change, or the draft's size has. */
  restart(): void {
    this.choose(this.#name);
  }

  #become(state: ToolState, name = this.#name): void {
    if (state === this.#state) return;
    const other = name !== this.#name || state.busy !== this.#state.busy;
    this.#name = name;
    this.#state = state;
    this.drafted.emit(undefined);
    if (other) this.changed.emit(undefined);
  }
}
