/** What damaged files did, as a part of docs/reliability.md. */
import { LONGEST_MS, MOST_MB, SEED, type Fuzzed } from './fuzz';

export const FILES_TITLE = '## Damaged files';

export function filesReport(fuzzed: Fuzzed, machine: string, minutes: number): string {
  const { inputs, tallies, failures, slowestMs, peakMb, processes } = fuzzed;
  const rows = [...tallies].map(([name, { read, refused }]) => `| ${name} | ${read} | ${refused} |`);
  const listed = failures.map(({ input, name, reason }) => `- input ${input}, ${name}: ${reason.split('\n')[0]}`);
  return `${FILES_TITLE}

Sound files of every format that is read or imported are damaged at random (bytes, numbers at the edges, pieces cut out,
repeated, cut off; of packed files what is inside, of JSON its values; of PNG with checksums put right) and given to the
readers and importers in processes that are made anew every 500 files. Before them come files made to do harm. Each must be
read, or refused by an error of ours that names it, within ${LONGEST_MS / 1_000} s of processor time and ${MOST_MB} MB; a process that dies, hangs or
throws anything else is a failure. \`npm test\` does the same with 400.

- Date: ${new Date().toISOString().slice(0, 10)}
- Machine: ${machine}; the run took ${minutes.toFixed(0)} minutes, seed ${SEED}
- Files: ${inputs}, in ${processes} processes; slowest ${(slowestMs / 1_000).toFixed(1)} s, most memory ${peakMb.toFixed(0)} MB
- Failures: ${failures.length}
${listed.map((line) => `${line}\n`).join('')}
| File | Read | Refused |
| --- | ---: | ---: |
${rows.join('\n')}
`;
}
