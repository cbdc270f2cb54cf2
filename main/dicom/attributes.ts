/** What the standard says of attributes: their VR (PS3.6) and what the basic profile does with them (PS3.15 E.1-1). */
import attributes from './attributes.json';

/** D dummy, Z empty, X remove, U new UID; where the profile leaves a choice, what is allowed. */
export type Action = keyof typeof attributes.actions;

/** Group and element in one number: (0010,0020) is 0x00100020. */
export type Tag = number;

const ACTIONS = tagged<Action>(attributes.actions);
const VRS = tagged<string>(attributes.vrs);

/** Undefined where the profile keeps the attribute. */
export function actionOf(tag: Tag): Action | undefined {
  return ACTIONS.get(tag);
}

/** Undefined for what is no attribute of the standard; the first where it allows several. */
export function standardVr(tag: Tag): string | undefined {
  return VRS.get(tag)?.slice(0, 2);
}

/** As the standard writes it: (0010,0020). */
export function tagText(tag: Tag): string {
  const hex = tag.toString(16).padStart(8, '0').toUpperCase();
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

function tagged<T extends string>(lists: Readonly<Record<string, string>>): ReadonlyMap<Tag, T> {
  return new Map(
    Object.entries(lists).flatMap(([key, tags]) =>
      tags.split(' ').map((tag) => [parseInt(tag, 16), key as T] as const),
    ),
  );
}
