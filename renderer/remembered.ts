/** Small things about the window that are remembered on this computer. Settings proper are in main. */
import { watch, type Ref } from 'vue';

/**
 * Gives the ref the value it had when the program was last open, if it had one, and keeps it from now on.
 *
 * @param allowed the only values it may have, where not every number or word will do
 */
export function remember<T extends number | boolean | string>(
  key: string,
  value: Ref<T>,
  allowed?: readonly T[],
): void {
  const kept = localStorage.getItem(key);
  if (kept !== null) {
    const parsed: unknown = parse(kept);
    const fits = allowed ? allowed.includes(parsed as T) : typeof parsed === typeof value.value;
    if (fits) value.value = parsed as T;
  }
  watch(value, (now) => localStorage.setItem(key, JSON.stringify(now)));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
