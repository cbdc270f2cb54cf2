/** Texts about several readers in English: who reads, comments, history, agreement. */
export const review = {
  main: 'Main reading',
  blind: 'blind',
  readingAs: 'Reading by {name}',
  readers: {
    title: 'Readers',
    intro:
      'Each reader outlines the same images on their own. Exports and learning use the main reading, whoever reads.',
    now: 'open now',
    open: 'Open',
    add: 'Another reader',
    name: 'Name',
    blind: 'Blind',
    blindHint: 'Nothing of other readings is shown in it: no masks, comments or states. This cannot be changed later.',
    create: 'Add',
  },
};
