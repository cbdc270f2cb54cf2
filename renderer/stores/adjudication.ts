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

  /** For another report: nothing of the one before stays. */
  function load(): Promise<void> {
    decided.value = new Map();
    return refresh();
  }

  async function refresh(): Promise<void> {
    const pair = readers();
    const known = pair && (await toasts.attempt(() => call('adjudication.list', { readers: pair })));
    if (known) decided.value = new Map(known.map((each) => [keyOf(each), each.choice]));
  }

  const choiceFor = (row: Place): AdjudicationChoice | null => decided.value.get(keyOf(row)) ?? null;

  const decide = (row: Place, choice: AdjudicationChoice): Promise<void> =>
    changed(row, (place) => call('adjudication.decide', { place, choice }));

  const takeBack = (row: Place): Promise<void> =>
    changed(row, async (place) => {
      if (choiceFor(row)) await call('adjudication.takeBack', { place });
    });

  let last = Promise.resolve();

  /** One after the other, however fast the keys come. */
  function changed(row: Place, act: (place: AdjudicationPlace) => Promise<void>): Promise<void> {
    last = last.then(() => change(row, act));
    return last;
  }

  async function change({ frameId, labelId }: Place, act: (place: AdjudicationPlace) => Promise<void>): Promise<void> {
    const pair = readers();
    if (!pair) return;
    busy.value = true;
    try {
      // What is on its way to the disk came before the decision.
      if (!(await editor.flush())) return;
      await toasts.attempt(() => act({ readers: pair, frameId, labelId }));
      await refresh();
    } finally {
      busy.value = false;
    }
  }

  return { busy, load, choiceFor, decide, takeBack };
});
