/** What the standard calls attributes (PS3.6). Loaded when somebody asks: it is a large table, and seldom needed. */
import type { Tag } from './attributes';

let names: Promise<ReadonlyMap<Tag, string>> | undefined;

/** Of overlays and curves, which repeat, the first stands for all. */
export function attributeNames(): Promise<ReadonlyMap<Tag, string>> {
  names ??= import('./attribute-names.json').then(
    ({ default: table }) => new Map(Object.entries(table).map(([tag, name]) => [parseInt(tag, 16), name])),
  );
  return names;
}
