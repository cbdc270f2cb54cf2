/** What can be asked of a batch, and a request with everything decided that it left open. */
import type { BatchLabel, BatchPlan, BatchRequest, LabelId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { BatchOptions } from '../../shared/ipc';
import { fitsModel, nameOfVersion, type LabelHeads } from '../inference';
import type { ProjectStore } from '../project';

/** The model in use, as a batch needs it. */
export interface BatchModel {
  readonly id: string;
  readonly encoderId: string;
  readonly decoderId: string;
}

export interface PlanParts {
  readonly store: ProjectStore;
  readonly labels: LabelHeads;
  readonly model: BatchModel;
}

type LabelOption = BatchOptions['labels'][number];

export async function optionsOf(parts: PlanParts): Promise<BatchOptions> {
  return { studies: await parts.store.batches.studies(), labels: await labelOptions(parts) };
}

/** @throws AppError `label-unknown` for a label or head that there is not, `usage` where no label has a head */
export async function planOf(parts: PlanParts, { studyIds, labels, existing }: BatchRequest): Promise<BatchPlan> {
  const options = await labelOptions(parts);
  const asked =
    labels ?? options.filter(({ heads }) => heads.some(({ inUse }) => inUse)).map(({ labelId }) => ({ labelId }));
  if (asked.length === 0) throw new AppError('usage', 'batch', 'no label has a head that proposes');
  const planned: BatchLabel[] = [];
  for (const { labelId, head } of new Map(asked.map((each) => [each.labelId, { head: undefined, ...each }])).values()) {
    planned.push(await labelOf(parts, options, labelId, head));
  }
  return { ...(studyIds && { studyIds }), labels: planned, existing, modelId: parts.model.id };
}

async function labelOf(
  { labels }: PlanParts,
  options: readonly LabelOption[],
  labelId: LabelId,
  name: string | undefined,
): Promise<BatchLabel> {
  const option = options.find((each) => each.labelId === labelId);
  const used = option?.heads.find(({ inUse }) => inUse);
  const head = name === undefined ? used : option?.heads.find((each) => each.name === name || each.version === name);
  if (!head) {
    const subject = option?.name ?? `label ${labelId}`;
    throw new AppError('label-unknown', subject, `"${subject}" has no head ${name ?? 'in use'}`);
  }
  const series = await labels.seriesOf(labelId);
  return {
    ...{ labelId, head: head.name, version: head.version },
    ...(!head.inUse && { insteadOf: used?.version ?? null }),
    ...(series && { series }),
  };
}

/** Labels that a head could propose for: versions of the project that fit the model, newest first, then the model's own. */
async function labelOptions({ store, labels, model }: PlanParts): Promise<LabelOption[]> {
  const options: LabelOption[] = [];
  for (const label of await labels.list()) {
    const own = await labels.ownHead(label);
    const versions = (await store.heads.ofLabel(label.id)).filter((version) => fitsModel(version, model));
    const heads = [
      ...versions.map((stored) => ({ name: nameOfVersion(stored), version: stored.version, own: false })),
      ...(own ? [{ ...own, own: true }] : []),
    ].map((head) => ({ ...head, inUse: head.name === label.head?.name }));
    if (heads.length > 0) options.push({ labelId: label.id, name: label.name, colour: label.colour, heads });
  }
  return options;
}
