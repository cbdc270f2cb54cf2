/**
 * What is in the program that others made: `out/sbom.cdx.json` (CycloneDX, by npm, of everything that the lock file has for
 * the program itself) and `out/THIRD-PARTY.txt` (each package's licence, in its own words). Part of every package.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../../..');

const licence = z.union([
  z.object({ expression: z.string() }),
  z.object({ license: z.union([z.object({ id: z.string() }), z.object({ name: z.string() })]) }),
]);
const component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  licenses: z.array(licence).min(1),
});
const sbomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.looseObject({ name: z.string(), version: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string() })),
});
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

/** Writes both into `out/`. @throws where a package says nothing of its licence: nobody could know whether it may be passed on */
export function writeNotices(out = join(root, 'out')): void {
  const sbom = sbomOfProgram();
  const components = z.array(component).min(1).parse(sbom.components);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'sbom.cdx.json'), JSON.stringify(sbom, null, 2));
  const notices = components.map((each) => `${each.name} ${each.version}: ${each.licenses.map(nameOf).join(', ')}`);
  const texts = components.flatMap(({ name }) => licenceTexts(name).map((own) => `${rule(name)}\n\n${own.trim()}\n`));
  writeFileSync(join(out, 'THIRD-PARTY.txt'), `SonoMask contains:\n\n${notices.join('\n')}\n\n${texts.join('\n')}`);
}

/** By the lock file: `npm sbom --omit dev` (npm 11) leaves out also what a tool and the program both need, Vue for one. */
function sbomOfProgram(): z.infer<typeof sbomSchema> {
  const command = ['sbom', '--include', 'dev', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const onWindows = process.platform === 'win32';
  const text = execFileSync('npm', command, { cwd: root, encoding: 'utf8', shell: onWindows, maxBuffer: 2 ** 26 });
  const sbom = sbomSchema.parse(JSON.parse(text));
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const isShipped = new Set(
    Object.entries(packages).flatMap(([path, { version, dev }]) =>
      dev === true ? [] : [`${path.split('node_modules/').at(-1)}@${version}`],
    ),
  );
  const components = sbom.components.filter(({ name, version }) => isShipped.has(`${name}@${version}`));
  const refs = new Set(components.map((each) => each['bom-ref']));
  return { ...sbom, components, dependencies: sbom.dependencies.filter(({ ref }) => refs.has(ref)) };
}

function nameOf(each: z.infer<typeof licence>): string {
  if ('expression' in each) return each.expression;
  return 'id' in each.license ? each.license.id : each.license.name;
}

/** Of a package that is installed: those of other platforms are not. */
function licenceTexts(name: string): string[] {
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying|third[-_]?party)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}

const rule = (name: string): string => `${'='.repeat(100)}\n${name}`;

if (process.argv[1] === import.meta.filename) writeNotices();
