/** How the states of frames and masks look: an icon each and a colour each. Their names are in i18n (`state.*`). */
import type { FrameState, MaskState } from '../../shared/domain';
import type { IconName } from './icons';

export type ShownState = FrameState | MaskState;

interface Look {
  readonly icon: IconName;
  readonly colour: string;
}

export const STATE_LOOKS: Readonly<Record<ShownState, Look>> = {
  unopened: { icon: 'unopened', colour: 'var(--sm-text-muted)' },
  proposed: { icon: 'proposed', colour: 'var(--sm-proposed)' },
  propagated: { icon: 'proposed', colour: 'var(--sm-proposed)' },
  imported: { icon: 'proposed', colour: 'var(--sm-proposed)' },
  corrected: { icon: 'corrected', colour: 'var(--sm-warning)' },
  drawn: { icon: 'corrected', colour: 'var(--sm-warning)' },
  accepted: { icon: 'accept', colour: 'var(--sm-good)' },
  rejected: { icon: 'reject', colour: 'var(--sm-text-muted)' },
  deleted: { icon: 'reject', colour: 'var(--sm-text-muted)' },
  failed: { icon: 'alert', colour: 'var(--sm-bad)' },
};

/** In the order of the filter. */
export const FRAME_STATES: readonly FrameState[] = [
  'unopened',
  'proposed',
  'corrected',
  'accepted',
  'rejected',
  'failed',
];
