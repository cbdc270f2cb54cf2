/**
 * The project's labels. Not their heads.
 */
import { label, labelChange, newLabel, nextColour, rowId } from '../../shared/domain';
import type { Label, LabelChange, LabelId, NewLabel } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { parseInput } from './parse';
import type { ProjectDb } from './schema';

export class Labels {
  constructor(private readonly db: ProjectDb) {}

  /** All labels, oldest first. */
  async list(): Promise<Label[]> {
    return this.db.selectFrom('labels').selectAll().orderBy('id').execute();
  }

  /** @throws AppError `usage` for malformed input, or a name or shortcut another label has. */
  async create(input: NewLabel): Promise<Label> {
    const { colour, ...fields } = parseInput(newLabel, input, 'label');
    return this.db.transaction().execute(async (trx) => {
      const others = await trx.selectFrom('labels').selectAll().execute();
      assertDistinct(fields, others);
      const row = { ...fields, colour: colour ?? nextColour(others.map((other) => other.colour)) };
      return trx.insertInto('labels').values(row).returningAll().executeTakeFirstOrThrow();
    });
  }

  /** @throws AppError `label-unknown`; `usage` for malformed input, or a name or shortcut another label has. */
  async update(labelId: LabelId, change: LabelChange): Promise<Label> {
    const id = parseInput(rowId, labelId, 'label id');
    const fields = parseInput(labelChange, change, 'label');
    return this.db.transaction().execute(async (trx) => {
      const all = await trx.selectFrom('labels').selectAll().execute();
      const before = all.find((other) => other.id === id);
      if (before === undefined) throw unknownLabel(id);
      const after = label.parse({ ...before, ...fields });
      const others = all.filter((other) => other.id !== id);
      assertDistinct(after, others);
      return trx.updateTable('labels').set(after).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
    });
  }

  /** Removes a label that was never used. @throws AppError `label-unknown`; `usage` when masks or heads have it. */
  async remove(labelId: LabelId): Promise<void> {
    const id = parseInput(rowId, labelId, 'label id');
    await this.db.transaction().execute(async (trx) => {
      for (const table of ['masks', 'heads', 'rounds'] as const) {
        const user = await trx.selectFrom(table).select('id').where('label_id', '=', id).limit(1).executeTakeFirst();
        if (user !== undefined) throw new AppError('usage', `label ${id}`, `label ${id} is in use by ${table}`);
      }
      const removed = await trx.deleteFrom('labels').where('id', '=', id).returning('id').executeTakeFirst();
      if (removed === undefined) throw unknownLabel(id);
    });
  }
}

function assertDistinct(one: Pick<Label, 'name' | 'shortcut'>, others: readonly Label[]): void {
  if (others.some((other) => other.name === one.name)) {
    throw new AppError('usage', `label ${one.name}`, `there is a label named ${one.name} already`);
  }
  const holder = others.find((other) => other.shortcut !== null && other.shortcut === one.shortcut);
  if (holder !== undefined) {
    throw new AppError('usage', `label ${one.name}`, `the shortcut ${holder.shortcut} is taken by ${holder.name}`);
  }
}

export function unknownLabel(id: LabelId): AppError {
  return new AppError('label-unknown', `label ${id}`, `the project has no label ${id}`);
}
