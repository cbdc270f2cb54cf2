// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { expect, it } from 'vitest';
import { useComments } from '../../../../renderer/stores/comments';
import { useToasts } from '../../../../renderer/stores/toasts';
import type { Comment } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import { fakeMain } from './fake-main';

it('a comment whose change could not be saved says so, so that what was written is kept', async () => {
  setActivePinia(createPinia());
  const main = fakeMain({
    'comments.change': () => {
      throw new AppError('server-unreachable', 'db.example.org', 'no answer in time');
    },
  });
  const comment = { id: 1, text: 'before', state: 'open' } as Comment;
  expect(await useComments().change(comment, 'after', 'open')).toBe(false);
  expect(useToasts().shown).toMatchObject([{ kind: 'error' }]);
  main.answers['comments.change'] = () => null;
  expect(await useComments().change(comment, 'after', 'open')).toBe(true);
});
