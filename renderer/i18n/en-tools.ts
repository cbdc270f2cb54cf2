/** How each tool is used, one line, in English. */
export const toolHint = {
  select: 'Click a mask to choose it. Double click: usual brightness and contrast.',
  point: 'Left click adds, right click or Alt takes away.',
  scribble:
    'Draw over what belongs to it; with the right button or Alt over what does not. A stroke is up to 8 points.',
  box: 'Drag a box around what to outline.',
  brush: 'Drag to paint; Alt erases. Ctrl and wheel: size.',
  eraser: 'Drag to erase; Alt paints. Ctrl and wheel: size.',
  polygon: 'Click corner by corner; Enter closes, Backspace takes one back. Begun with Alt it takes away.',
  lasso: 'Drag around what belongs to it; let go to close. With Alt it takes away.',
  livewire: 'Click along the edge; Enter closes, Backspace takes an anchor back. Begun with Alt it takes away.',
  push: 'Press inside the chosen mask and push its outline out, or outside and push it in. Ctrl and wheel: size.',
  vertices: 'Drag a vertex, or the middle of an edge for a new one. Alt click or Delete takes one out.',
  caliper: 'Drag a line, or click its two ends. Drag an end to move it.',
  ellipse: 'Drag the first axis, then click where the other ends.',
};

/** Over the image while a tool is in hand that can add or take away. */
export const sides = {
  title: 'What a click or stroke does',
  add: 'Add',
  takeAway: 'Take away',
};

/** Beside the image while vertices are edited. */
export const vertices = {
  count: '{n} vertex | {n} vertices',
  errorPx: 'up to {px} px from the outline',
  errorMm: 'up to {px} px ({mm} mm) from the outline',
};
