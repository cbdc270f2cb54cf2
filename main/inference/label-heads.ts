/**
 * Which head proposes for which label of a project, and on which series: the label's active version, else one of the model.
 * The choice of a model's head is kept in the project's settings, since that head is the model's and the label the
 * project's. Not the proposing itself.
 */
import { z } from 'zod';
import type { FrameSummary, Label, LabelChange, LabelId, NewLabel } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { ModelHead, ProjectLabel } from '../../shared/ipc';
import type { ProjectStore, StoredHead } from '../project';
import { fitsModel, nameOfVersion, type ModelParts } from './prompt-heads';

const HEADS = 'labels.heads';
const SERIES = 'labels.series';

/** By label id; null: the user wants no proposals. */
const headsSetting = z.record(z.string(), z.string().nullable());
/** By label id, names of the only series it is proposed on; a label that is not there is proposed everywhere. */
const seriesSetting = z.record(z.string(), z.array(z.string()));

export interface HeadChoice {
  /** Name of a head; null for none; undefined for the one called like the label, as soon as there is one. */
  readonly head?: string | null;
  /** Proposed only on series of these names. */
  readonly series?: readonly string[];
}

export class LabelHeads {
  /** A label and what is chosen for it are two writes: nobody reads between them. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * @param heads of the model in use
   * @param model in use; undefined while there is none
   */
  constructor(
    private readonly store: ProjectStore,
    private readonly heads: () => readonly ModelHead[],
    private readonly model: () => ModelParts | undefined,
  ) {}

  /** Oldest first. A head the model in use does not have is none. */
  list(): Promise<ProjectLabel[]> {
    return this.#inTurn(() => this.#list());
  }

  /** The model's head that proposes for the label while no version of the project does; null: none. */
  ownHead(label: Label): Promise<ModelHead | null> {
    return this.#inTurn(async () => this.#ownHead(label, await this.#chosen()));
  }

  async #list(): Promise<ProjectLabel[]> {
    const chosen = await this.#chosen();
    const versions = await this.#versions();
    return (await this.store.labels.list()).map((label) => this.#withHead(label, chosen, versions));
  }

  /** @throws AppError `label-unknown` for a head the model does not have, or as `Labels.create` does. */
  create(input: NewLabel, choice: HeadChoice = {}): Promise<ProjectLabel> {
    return this.#inTurn(() => this.#create(input, choice));
  }

  /**
   * Choosing another head than the one in use ends the use of the project's own version.
   *
   * @throws AppError `label-unknown`, or as `Labels.update` does.
   */
  update(labelId: LabelId, change: LabelChange, user: string, choice: HeadChoice = {}): Promise<ProjectLabel> {
    return this.#inTurn(() => this.#update(labelId, change, user, choice));
  }

  /** The labels that are to be proposed on this frame, each with its head. */
  toPropose(frame: Pick<FrameSummary, 'seriesName'>): Promise<(ProjectLabel & { head: ModelHead })[]> {
    return this.#inTurn(async () => {
      const series = (await this.store.settings.get(SERIES, seriesSetting)) ?? {};
      return (await this.#list()).flatMap((label) => {
        const only = series[label.id];
        return label.head && (!only || only.includes(frame.seriesName)) ? [{ ...label, head: label.head }] : [];
      });
    });
  }

  /** Names of the only series the label is proposed on; undefined: on all. */
  async seriesOf(labelId: LabelId): Promise<readonly string[] | undefined> {
    return (await this.store.settings.get(SERIES, seriesSetting))?.[labelId];
  }

  /** Labels whose versions the user has put out of use, with no other head in their place: what they proposed goes. */
  retired(): Promise<(ProjectLabel & { head: null })[]> {
    return this.#inTurn(async () => {
      const active = new Set((await this.store.heads.active()).map(({ labelId }) => labelId));
      const retired: (ProjectLabel & { head: null })[] = [];
      for (const label of await this.#list()) {
        if (label.head !== null || active.has(label.id)) continue;
        if ((await this.store.heads.ofLabel(label.id)).length > 0) retired.push({ ...label, head: null });
      }
      return retired;
    });
  }

  async #create(input: NewLabel, { head, series }: HeadChoice): Promise<ProjectLabel> {
    const name = head === undefined ? this.#called(input.name)?.name : this.#known(head);
    const label = await this.store.labels.create(input);
    // Kept from now on, whatever the label will be called.
    if (name !== undefined) await this.#choose(label.id, name);
    if (series) await this.#limit(label.id, series);
    return this.#withHead(label, await this.#chosen(), []);
  }

  async #update(labelId: LabelId, change: LabelChange, user: string, { head }: HeadChoice): Promise<ProjectLabel> {
    const active = (await this.#versions()).find((version) => version.labelId === labelId);
    const isChosen = head !== undefined && !(active && head === nameOfVersion(active));
    const name = isChosen ? this.#known(head) : undefined;
    const label = await this.store.labels.update(labelId, change);
    if (name !== undefined) {
      await this.#choose(labelId, name);
      if (active) await this.store.heads.activate(labelId, null, user);
    }
    return this.#withHead(label, await this.#chosen(), await this.#versions());
  }

  #withHead(
    label: Label,
    chosen: Readonly<Record<string, string | null>>,
    versions: readonly StoredHead[],
  ): ProjectLabel {
    const active = versions.find(({ labelId }) => labelId === label.id);
    if (active) return { ...label, head: { name: nameOfVersion(active), version: active.version } };
    return { ...label, head: this.#ownHead(label, chosen) };
  }

  #ownHead(label: Label, chosen: Readonly<Record<string, string | null>>): ModelHead | null {
    const name = chosen[label.id];
    const head = name === undefined ? this.#called(label.name) : this.heads().find((each) => each.name === name);
    return head ?? null;
  }

  /** Active ones that fit the model in use. */
  async #versions(): Promise<StoredHead[]> {
    return (await this.store.heads.active()).filter((head) => fitsModel(head, this.model()));
  }

  #called(name: string): ModelHead | undefined {
    const plain = (text: string): string =>
      text
        .trim()
        .toLowerCase()
        .replace(/[\s_-]+/g, ' ');
    return this.heads().find((head) => plain(head.name) === plain(name));
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

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
