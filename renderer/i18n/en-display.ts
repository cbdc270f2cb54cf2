/** Texts about how image and masks are shown, in English. */
export const display = {
  title: 'Display',
  opacity: 'Mask opacity',
  outlines: 'Outlines only',
  visible: 'Show masks',
  resize: 'Width of the side panel',
  look: 'Image',
  reset: 'Reset',
  window: 'Window',
  own: 'Own setting',
  preset: {
    full: 'Full range',
    auto: 'Automatic',
    soft: 'Soft',
    contrast: 'High contrast',
    dark: 'Dark areas',
  },
  gamma: 'Gamma',
  colours: 'Colours',
  colour: {
    grey: 'Grey',
    inverted: 'Inverted grey',
    sepia: 'Sepia',
    viridis: 'Viridis',
    magma: 'Magma',
  },
  colouredHint: 'This image has colours of its own; they are kept.',
};
