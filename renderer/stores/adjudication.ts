/** What is decided between the two readers that the agreement report is of: told by main, decided, taken back. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { AdjudicationChoice, AdjudicationPlace, AgreementRow, ReaderPair } from '../../shared/domain';
import { call } from '../ipc';
import { useAgreement } from './agreement';
import { useEditor } from './editor';
import { useToasts } from './toasts';

type Place = Pick<AgreementRow, 'frameId' | 'labelId'>;

const keyOf = ({ frameId, labelId }: Place): string => `${frameId} ${labelId}`;

export const useAdjudication = defineStore('adjudication', () => {
  const agreement = useAgreement();
  const editor = useEditor();
  const toasts = useToasts();
  const decided = shallowRef<ReadonlyMap<string, AdjudicationChoice>>(new Map());
  const busy = ref(false);

  function readers(): ReaderPair | null {
    const [first, second] = agreement.report?.readers ?? [];
    return first && second ? [first.id, second.id] : null;
  }

  async function load(): Promise<void> {
    const pair = readers();
    decided.value = new Map();
    const known = pair && (await toasts.attempt(() => call('adjudication.list', { readers: pair })));
    if (known) decided.value = new Map(known.map((each) => [keyOf(each), each.choice]));
  }

  const choiceFor = (row: Place): AdjudicationChoice | null => decided.value.get(keyOf(row)) ?? null;

  const decide = (row: Place, choice: AdjudicationChoice): Promise<void> =>
    changed(row, (place) => call('adjudication.decide', { place, choice }));

  async function takeBack(row: Place): Promise<void> {
    if (choiceFor(row)) await changed(row, (place) => call('adjudication.takeBack', { place }));
  }

  /** One at a time: a held key decides nothing twice. */
  async function changed(row: Place, act: (place: AdjudicationPlace) => Promise<void>): Promise<void> {
    const pair = readers();
    if (busy.value || !pair) return;
    busy.value = true;
    try {
      // What is on its way to the disk came before the decision.
      if (!(await editor.flush())) return;
      const { frameId, labelId } = row;
      await toasts.attempt(() => act({ readers: pair, frameId, labelId }));
      await load();
    } finally {
      busy.value = false;
    }
  }

  return { busy, load, choiceFor, decide, takeBack };
});
