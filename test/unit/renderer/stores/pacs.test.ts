// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { expect, it } from 'vitest';
import { usePacs } from '../../../../renderer/stores/pacs';
import type { PacsFound } from '../../../../shared/ipc';
import { settle } from '../support';
import { fakeMain } from './fake-main';

it('what was found on one server is not shown as that of another chosen meanwhile', async () => {
  setActivePinia(createPinia());
  let answer: (found: PacsFound) => void = () => undefined;
  fakeMain({ 'pacs.find': () => new Promise((resolve) => (answer = resolve)) });
  const pacs = usePacs();
  const found: PacsFound = { studies: [], more: false };
  pacs.chosenId = 'a';
  const stayed = pacs.find({ patientName: 'Ann' });
  await settle();
  answer(found);
  expect(await stayed).toEqual(found);
  const left = pacs.find({ patientName: 'Ann' });
  await settle();
  pacs.chosenId = 'b';
  answer(found);
  expect(await left).toBeUndefined();
});
