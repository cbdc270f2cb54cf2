/** Texts about changing keys, in English. */
export const keys = {
  title: 'Change keys',
  search: 'Search a command or a key',
  nothing: 'No command has this name or key.',
  preset: 'Hand on the keyboard',
  presets: { standard: 'Left or both', 'left-handed': 'Right' },
  presetHint: {
    standard: 'Keys keep their place on the keyboard, whatever its language.',
    'left-handed':
      'For a pointer in the left hand: tools lie under the right. On the number pad, + accepts and goes on, − rejects.',
  },
  pedals: 'A foot pedal works like a key: press it where a key is asked for. F13 and F14 accept or reject and go on.',
  add: 'Add a key for {command}',
  replace: '{key} for {command}: press to change',
  remove: 'Remove {key} from {command}',
  reset: 'Back to the usual keys of {command}',
  resetAll: 'All as before',
  resetAllSure: 'Forget all changed keys?',
  press: 'Press a key…',
  none: 'no key',
  hasCommand: '{key} belongs to “{owner}”, which would lose it.',
  hasLabel: '{key} picks the label “{owner}”, which would have no key.',
  take: 'Use it here',
  reserved: '{key} cannot be given away.',
  lostTo: 'This key belongs to “{command}” now. Choose another for the label.',
  labelsLost: 'A label’s key belongs to a command now: {names}',
  labelsLostAdvice: 'Give the label another key in the list of labels.',
};
