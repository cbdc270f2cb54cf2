/** Tables and pictures of the chains that have finished: means over seeds, order by order. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '../statistics';
import type { ChainResult, RoundRow } from './chain';
import { curvePicture } from './curve-picture';

const PICTURES = join(import.meta.dirname, '../../../docs/learning');
/** The first and the last so many corrections are compared. */
const STRETCH = 40;
const WINDOW = 20;
const PROPOSAL_DICE = [0, 0.3, 0.5, 0.7, 0.8, 0.9];

/** Prints the tables as Markdown and writes `docs/learning/*.svg`. */
export function writeReport(folder: string): void {
  const chains = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ChainResult);
  mkdirSync(PICTURES, { recursive: true });
  for (const [set, ofSet] of groupBy(chains, (chain) => chain.set)) {
    // The one without learning last: then an order has the same colour in every picture.
    const sorted = [...ofSet].sort((a, b) => Number(a.order === 'none') - Number(b.order === 'none'));
    const byOrder = groupBy(sorted, (chain) => chain.order);
    const tables = [proposals(byOrder), clicks(byOrder), clicksByProposal(byOrder), rounds(byOrder)];
    console.log(`\n### ${set}\n\n${tables.join('\n\n')}`);
    writeFileSync(join(PICTURES, `${set}-proposals.svg`), proposalPicture(set, byOrder));
    writeFileSync(join(PICTURES, `${set}-clicks.svg`), clickPicture(set, byOrder));
  }
}

type ByOrder = ReadonlyMap<string, readonly ChainResult[]>;

function proposals(byOrder: ByOrder): string {
  const steps = stepsOf(byOrder);
  const rows = [...byOrder].map(([order, chains]) => [
    order,
    String(chains.length),
    ...steps.map((after) => {
      const found = roundsAt(chains, after);
      return found.length
        ? `${show(found.map(({ active }) => active))} (${show(found.map((row) => row.trained))})`
        : '–';
    }),
  ]);
  return table(['order', 'seeds', ...steps.map((after) => `after ${after}`)], rows);
}

/** The last images of an order that takes the hard ones first are easy: hence also compared image by image. */
function clicks(byOrder: ByOrder): string {
  const without = new Map(byOrder.get('none')?.[0]?.corrections.map((row) => [row.frame, row.clicks]));
  const rows = [...byOrder].map(([order, chains]) => {
    const all = chains.flatMap(({ corrections }) => corrections);
    const first = chains.flatMap(({ corrections }) => corrections.slice(0, STRETCH));
    const last = chains.flatMap(({ corrections }) => corrections.slice(-STRETCH));
    const [before, after] = [first, last].map((stretch) => mean(stretch.map((row) => row.clicks)));
    const change = (((after ?? 0) - (before ?? 0)) / (before ?? 1)) * 100;
    const reached = all.filter((row) => row.reached).length / all.length;
    return [
      order,
      (before ?? 0).toFixed(2),
      (after ?? 0).toFixed(2),
      `${change.toFixed(0)} %`,
      mean(last.map((row) => without.get(row.frame) ?? NaN)).toFixed(2),
      mean(all.map((row) => row.clicks)).toFixed(2),
      `${(100 * reached).toFixed(0)} %`,
      mean(all.map((row) => row.after)).toFixed(3),
    ];
  });
  const head = [
    'order',
    `clicks, first ${STRETCH}`,
    `last ${STRETCH}`,
    'change',
    'the same without learning',
    'all',
    'reached 0.90',
    'Dice in the end',
  ];
  return table(head, rows);
}

/** What a proposal is worth to who corrects it by clicks alone: from the first round on, all orders together. */
function clicksByProposal(byOrder: ByOrder): string {
  const without = new Map(byOrder.get('none')?.[0]?.corrections.map((row) => [row.frame, row]));
  const proposed = learning(byOrder).flatMap(([, chains]) =>
    chains.flatMap(({ corrections, rounds: [first] }) => corrections.slice(first?.after ?? corrections.length)),
  );
  const rows = PROPOSAL_DICE.flatMap((from, i) => {
    const to = PROPOSAL_DICE[i + 1] ?? Infinity;
    const found = proposed.filter(({ before }) => before >= from && before < to);
    const same = found.flatMap(({ frame }) => without.get(frame) ?? []);
    if (found.length === 0 || same.length === 0) return [];
    return [
      [
        to === Infinity ? `${from} and more` : `${from} to ${to}`,
        String(found.length),
        mean(found.map((row) => row.clicks)).toFixed(2),
        mean(same.map((row) => row.clicks)).toFixed(2),
      ],
    ];
  });
  return table(['Dice of the proposal', 'images', 'clicks', 'the same without learning'], rows);
}

function rounds(byOrder: ByOrder): string {
  const steps = stepsOf(byOrder);
  const all = [...byOrder.values()].flat();
  const rows = steps.map((after) => {
    const found = roundsAt(all, after);
    const used = found.filter(({ verdict }) => verdict === 'better' || verdict === 'first').length;
    return [
      String(after),
      mean(found.map(({ seconds }) => seconds)).toFixed(0),
      mean(found.map(({ cpuSeconds }) => cpuSeconds)).toFixed(0),
      `${least(found.map(({ active }) => active))} to ${most(found.map(({ active }) => active))}`,
      most(found.map(({ active, trained }) => trained - active)),
      `${used} of ${found.length}`,
      [...groupBy(found, ({ verdict }) => verdict)].map(([verdict, of]) => `${of.length} ${verdict}`).join(', '),
    ];
  });
  // What the gate held back: how much better it would have been on the patients that took no part.
  return table(['round after', 's', 's of CPU', 'proposals', 'held back, at most', 'put to use', 'verdicts'], rows);
}

function proposalPicture(set: string, byOrder: ByOrder): string {
  const steps = stepsOf(byOrder);
  const lines = learning(byOrder).map(([name, chains]) => ({
    name,
    points: [
      [0, 0] as const,
      ...steps.map((after) => [after, mean(roundsAt(chains, after).map(({ active }) => active))] as const),
    ],
  }));
  return curvePicture({
    ...{ title: `${set}: proposals on patients that took no part`, xName: 'corrected images', yName: 'mean Dice' },
    ...{ xTicks: [0, ...steps], yTicks: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], lines },
  });
}

function clickPicture(set: string, byOrder: ByOrder): string {
  const lines = [...byOrder].map(([name, chains]) => ({
    name,
    points: Array.from({ length: Math.floor((chains[0]?.corrections.length ?? 0) / WINDOW) }, (_, i) => {
      const rows = chains.flatMap(({ corrections }) => corrections.slice(i * WINDOW, (i + 1) * WINDOW));
      return [(i + 0.5) * WINDOW, mean(rows.map((row) => row.clicks))] as const;
    }),
  }));
  return curvePicture({
    ...{ title: `${set}: clicks until Dice 0.90, ten at most`, xName: 'images corrected before', yName: 'clicks' },
    ...{ xTicks: [0, ...stepsOf(byOrder)], yTicks: [0, 2, 4, 6, 8, 10], lines },
  });
}

function learning(byOrder: ByOrder): [string, readonly ChainResult[]][] {
  return [...byOrder].filter(([order]) => order !== 'none');
}

function stepsOf(byOrder: ByOrder): number[] {
  const all = [...byOrder.values()].flat().flatMap((chain) => chain.rounds.map(({ after }) => after));
  return [...new Set(all)].sort((a, b) => a - b);
}

function roundsAt(chains: readonly ChainResult[], after: number): RoundRow[] {
  return chains.flatMap(({ rounds: each }) => each.filter((row) => row.after === after));
}

const least = (values: readonly number[]): string => Math.min(...values).toFixed(3);
const most = (values: readonly number[]): string => Math.max(...values).toFixed(3);

function show(values: readonly number[]): string {
  return mean(values).toFixed(3);
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
