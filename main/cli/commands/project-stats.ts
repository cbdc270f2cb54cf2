/** `sonomask project stats`: the figures of the window's dashboard. */
import type { ProjectStatistics } from '../../../shared/domain';
import { type Command, EXIT, type Outcome } from '../command';
import { withProject } from '../open-project';

export const projectStats: Command = {
  name: 'project stats',
  summary: 'How far a project is, how long frames take, and how good proposals turned out to be.',
  operands: '<project folder>',
  options: {},
  details: `
Periods are days, and fifty frames in a row. Dice is of a proposal with what a human made of it; rejected ones are counted
apart. "At random" are frames that were drawn by chance: the others were chosen for being hard, and are no fair measure of a
version.`,
  run: (args) =>
    withProject(args, async (store) => {
      const labels = new Map((await store.labels.list()).map(({ id, name }) => [id, name]));
      return outcomeOf(await store.statistics.all(), (id) => labels.get(id) ?? String(id));
    }),
};

function outcomeOf(all: ProjectStatistics, nameOf: (labelId: number) => string): Outcome {
  const labels = all.labels.map(({ labelId, masks }) => ({ label: nameOf(labelId), masks }));
  const heads = all.heads.map(({ labelId, ...quality }) => ({ label: nameOf(labelId), ...quality }));
  const lines = [
    `frames: ${countsText(all.frames)}; ${all.reviewed} reviewed`,
    ...labels.map(({ label, masks }) => `${label}: ${countsText(masks)}`),
    `active time: ${(all.activeSeconds / 3_600).toFixed(2)} h`,
    ...all.days.map(
      ({ from, frames, medianSeconds, clicks, accepted, corrected, rejected }) =>
        `${from.slice(0, 10)}  ${frames} frames, ${medianSeconds === null ? '-' : medianSeconds.toFixed(1)} s each, ` +
        `${clicks.toFixed(1)} clicks; proposals ${accepted} accepted, ${corrected} corrected, ${rejected} rejected`,
    ),
    ...heads.map(
      ({ label, version, atRandom, ...chosen }) =>
        `${label} ${version ?? '-'}: ${qualityText(chosen)}; at random: ${qualityText(atRandom)}`,
    ),
  ];
  return { exitCode: EXIT.done, json: { ...all, labels, heads }, text: lines.join('\n') };
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  return some.map(([state, n]) => `${n} ${state}`).join(', ') || 'none';
}

function qualityText({ judged, rejected, dice }: ProjectStatistics['heads'][number]['atRandom']): string {
  return `Dice ${dice === null ? '-' : dice.toFixed(3)} (${judged} judged, ${rejected} rejected)`;
}
