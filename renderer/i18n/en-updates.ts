/** Texts of updates in English. */
export const updates = {
  title: 'Updates',
  open: 'Updates…',
  intro:
    'SonoMask looks for nothing unless you ask it to. It shows only what carries the right signature, and installs nothing by itself.',
  noKey:
    'This program was built without a key for updates, so it cannot tell who made them. New versions are installed by hand.',
  place: 'Updates lie in',
  placeHint: 'A folder, such as a network share, or an https address',
  choose: 'Choose…',
  atStart: 'Look for updates when the program starts',
  look: 'Look Now',
  looking: 'Looking for updates…',
  current: 'There is nothing newer: this is version {version}.',
  found: 'Version {version} is there',
  size: '{n} MB',
  notes: 'What is new',
  fetch: 'Download',
  fetching: 'Download',
  progress: '{done} of {all} MB',
  ready: 'Version {version} is downloaded and checked',
  install: 'Install and Restart',
  installing: 'Installing. The system may ask for an administrator’s password…',
  unsaved: 'Not everything is saved yet.',
  show: 'Show the Package',
  byHand: {
    exe: 'To install it, close SonoMask and open the package.',
    zip: 'To install it, close SonoMask, unpack the package and move the program to Applications.',
    deb: 'To install it, an administrator runs “sudo apt install” with the path of the package.',
    AppImage: 'To install it, close SonoMask and put the package in the place of the present one.',
    gz: 'To install it, close SonoMask and unpack the package in the place of the present folder.',
  },
  toast: {
    found: 'Version {version} of SonoMask is there',
    ready: 'Version {version} of SonoMask is downloaded',
    hint: 'Help → Updates says more.',
  },
};

export const updateErrors = {
  'update-place': {
    title: 'Updates cannot lie in “{subject}”',
    advice: 'Give the whole path of a folder, or an address that begins with https.',
  },
  'update-unreachable': {
    title: 'The updates cannot be reached ({subject})',
    advice: 'Check the folder or address, and that its share or network is connected. Nothing was changed.',
  },
  'update-unsigned': {
    title: '“{subject}” has no signature',
    advice: 'Nothing of it was used. Ask whoever looks after the updates to sign them.',
  },
  'update-forged': {
    title: '“{subject}” does not carry the right signature',
    advice: 'Nothing of it was used: somebody else may have changed it. Tell whoever looks after the updates.',
  },
  'update-malformed': {
    title: '“{subject}” is no list of updates',
    advice: 'Ask whoever looks after the updates to publish them again. Nothing was changed.',
  },
  'update-older': {
    title: 'Only an older version is offered ({subject})',
    advice:
      'Older versions are never installed. Somebody may have put an old state back: tell whoever looks after the updates.',
  },
  'update-unfit': {
    title: 'Version {subject} has no package for this computer',
    advice: 'Ask whoever looks after the updates to add it.',
  },
  'update-damaged': {
    title: 'The package “{subject}” is damaged',
    advice:
      'It was deleted, since its content is not what was signed. Look again; if it stays so, tell whoever looks after the updates.',
  },
  'update-busy': {
    title: 'Learning or a batch is running',
    advice: 'Pause it or wait until it ends, then install.',
  },
  'update-refused': {
    title: '“{subject}” was not installed',
    advice:
      'The system refused, or no administrator’s password was given. You can go on working, or show the package and have it installed.',
  },
};
