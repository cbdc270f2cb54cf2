/**
 * Which head of the model proposes for which label of a project, and on which series. Kept in the project's settings: a
 * head is the model's, a label the project's. Not the proposing itself.
 */
import { z } from 'zod';
import type { FrameSummary, Label, LabelChange, LabelId, NewLabel } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { ModelHead, ProjectLabel } from '../../shared/ipc';
import type { ProjectStore } from '../project';

const HEADS = 'labels.heads';
const SERIES = 'labels.series';

/** By label id; null: the user wants no proposals. */
const headsSetting = z.record(z.string(), z.string().nullable());
/** By label id, names of the only series it is proposed on; a label that is not there is proposed everywhere. */
const seriesSetting = z.record(z.string(), z.array(z.string()));

export interface HeadChoice {
  /** Name of a head; null for none; undefined for the one called like the label, if there is one. */
  readonly head?: string | null;
  /** Proposed only on series of these names. */
  readonly series?: readonly string[];
}

export class LabelHeads {
  /** @param heads of the model in use */
  constructor(
    private readonly store: ProjectStore,
    private readonly heads: () => readonly ModelHead[],
  ) {}

  /** Oldest first. A head the model in use does not have is none. */
  async list(): Promise<ProjectLabel[]> {
    const chosen = await this.#chosen();
    return (await this.store.labels.list()).map((label) => this.#withHead(label, chosen));
  }

  /** @throws AppError `label-unknown` for a head the model does not have, or as `Labels.create` does. */
  async create(input: NewLabel, { head, series }: HeadChoice = {}): Promise<ProjectLabel> {
    const name = head === undefined ? this.#called(input.name) : this.#known(head);
    const label = await this.store.labels.create(input);
    await this.#choose(label.id, name);
    if (series) await this.#limit(label.id, series);
    return this.#withHead(label, await this.#chosen());
  }

  /** @throws AppError `label-unknown`, or as `Labels.update` does. */
  async update(labelId: LabelId, change: LabelChange, { head }: HeadChoice = {}): Promise<ProjectLabel> {
    const name = head === undefined ? undefined : this.#known(head);
    const label = await this.store.labels.update(labelId, change);
    if (name !== undefined) await this.#choose(labelId, name);
    return this.#withHead(label, await this.#chosen());
  }

  /** The labels that are to be proposed on this frame, each with its head. */
  async toPropose(frame: Pick<FrameSummary, 'seriesName'>): Promise<(ProjectLabel & { head: ModelHead })[]> {
    const series = (await this.store.settings.get(SERIES, seriesSetting)) ?? {};
    return (await this.list()).flatMap((label) => {
      const only = series[label.id];
      return label.head && (!only || only.includes(frame.seriesName)) ? [{ ...label, head: label.head }] : [];
    });
  }

  #withHead(label: Label, chosen: Readonly<Record<string, string | null>>): ProjectLabel {
    const name = chosen[label.id];
    return { ...label, head: this.heads().find((head) => head.name === name) ?? null };
  }

  #called(name: string): string | null {
    const plain = (text: string): string =>
      text
        .trim()
        .toLowerCase()
        .replace(/[\s_-]+/g, ' ');
    return this.heads().find((head) => plain(head.name) === plain(name))?.name ?? null;
  }

  #known(head: string | null): string | null {
    if (head === null || this.heads().some(({ name }) => name === head)) return head;
    throw new AppError('label-unknown', head, `the model has no head "${head}"`);
  }

  async #chosen(): Promise<Record<string, string | null>> {
    return (await this.store.settings.get(HEADS, headsSetting)) ?? {};
  }

  async #choose(labelId: LabelId, head: string | null): Promise<void> {
    await this.store.settings.set(HEADS, { ...(await this.#chosen()), [labelId]: head });
  }

  async #limit(labelId: LabelId, series: readonly string[]): Promise<void> {
    const all = (await this.store.settings.get(SERIES, seriesSetting)) ?? {};
    await this.store.settings.set(SERIES, { ...all, [labelId]: [...series] });
  }
}
