/** Texts about masks carried on, interpolated and copied through a loop, in English. */
export const propagation = {
  title: 'Carrying masks on',
  progress: '{done} of {all}',
  done: 'No frame got the masks. | One frame has the masks now. | {n} frames have the masks now.',
  undone: 'Nothing was taken back. | Taken back on one frame. | Taken back on {n} frames.',
  stopped: {
    end: 'That is the end of the loop. Look through them; accept or correct.',
    reviewed: 'The next frame has been worked on already.',
    drift: 'On the next frame the image changes too much to say where they are. Correct that one and carry on.',
    unreadable: 'The next frame cannot be read.',
    corrected: 'All that was carried around the correction follows it now.',
    interpolated: 'They are shapes between those of the two frames; the image between was not looked at.',
    'interpolated-part':
      'They are shapes between those of the two frames. Left out: masks that only one of the two has, and frames that cannot be read or that others work on.',
    'no-keys': 'Outline or accept this label on two frames of the loop first, before and after this one.',
  },
  corrected: 'This frame was corrected; those beside it still follow the old mask.',
  sure: 'carried on, {sure} sure',
  unsure: 'carried on, only {sure} sure: look at it',
  unmeasured: 'carried on, not measured',
  key: 'outlined or accepted',
};
