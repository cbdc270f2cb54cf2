import { describe, expect, it } from 'vitest';
import { COMMANDS, manualPage } from '../../../../main/cli';
import type { Command } from '../../../../main/cli/command';

const REQUESTS = ['TH', 'SH', 'SS', 'PP', 'TP', 'B', 'I', 'RI', 'br'];

/** What a reader sees of it, near enough. */
const shown = (page: string): string =>
  page
    .replace(/\\&|\\f[BR]/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\e', '\\');

describe('the man page', () => {
  const page = manualPage(COMMANDS, '1.2.3', '2026-01-31');

  it('has every command, with each of its options and all that its help says', () => {
    for (const { name, summary, options, details = '' } of COMMANDS) {
      for (const said of [`sonomask ${name} `, summary, details.trim()]) expect(shown(page)).toContain(said);
      for (const [option, { help }] of Object.entries(options)) {
        expect(shown(page)).toContain(`--${option}`);
        expect(shown(page)).toContain(help);
      }
    }
  });

  it('has no line that roff would take for a request and nobody meant', () => {
    const first = { name: 'demo', summary: '.so /etc/passwd', operands: '', options: {}, details: "'br\n\\n" };
    const hostile = manualPage([first as unknown as Command], '1', '2026-01-31');
    for (const line of [...page.split('\n'), ...hostile.split('\n')].filter((each) => /^[.']/.test(each))) {
      expect(REQUESTS).toContain(/^\.(\w*)/.exec(line)?.[1]);
    }
    expect(shown(hostile)).toContain('.so /etc/passwd');
  });
});
