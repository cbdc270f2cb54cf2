/** Values of attributes as far as de-identification looks at them: text, what its VR allows, dummies. */
import type { Element } from '../dicom';
import type { Identities } from './identities';

export const TEXT_VRS: ReadonlySet<string> = new Set('AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT'.split(' '));

/** Repertoires of PS3.5 6.2. Free text may be anything. */
const REPERTOIRES: Readonly<Record<string, RegExp>> = {
  AS: /^[0-9DWMY\\ ]*$/,
  DA: /^[0-9.\- \\]*$/,
  DS: /^[0-9+\-.eE \\]*$/,
  DT: /^[0-9+\-. \\]*$/,
  IS: /^[0-9+\- \\]*$/,
  TM: /^[0-9.:\- \\]*$/,
  UI: /^[0-9.\\ ]*$/,
};

const DUMMIES: Readonly<Record<string, string>> = {
  ...{ AS: '000Y', DA: '19000101', TM: '000000', DT: '19000101000000', DS: '0', IS: '0' },
  ...{ PN: 'ANONYMIZED', AE: 'ANONYMIZED', CS: 'ANONYMIZED', LO: 'ANONYMIZED', SH: 'ANONYMIZED' },
  ...{ LT: 'ANONYMIZED', ST: 'ANONYMIZED', UC: 'ANONYMIZED', UT: 'ANONYMIZED', UR: 'urn:anonymized' },
};

/** Up to the first NUL, without padding; each byte one character. */
export function text(bytes: Uint8Array, { valueStart, valueEnd }: Element): string {
  const value = bytes.subarray(valueStart, valueEnd);
  const nul = value.indexOf(0);
  return Buffer.from(nul < 0 ? value : value.subarray(0, nul))
    .toString('latin1')
    .trim();
}

/** The value, where something other than padding hides behind a NUL. */
export function trimmedAtNul(bytes: Uint8Array, element: Element): string | undefined {
  const value = Buffer.from(bytes.subarray(element.valueStart, element.valueEnd)).toString('latin1');
  const nul = value.indexOf('\0');
  return nul >= 0 && /[^\0 ]/.test(value.slice(nul)) ? text(bytes, element) : undefined;
}

/** Whether a value can be what its VR says: a number, a date, a UID. */
export function isPlausible(vr: string, value: string): boolean {
  return REPERTOIRES[vr]?.test(value) ?? true;
}

/** Says nothing of what it replaces; empty for binary values, which have none. */
export function dummyOf(vr: string, identities: Identities, old: string): string {
  return vr === 'UI' ? identities.uid(old) : (DUMMIES[vr] ?? '');
}
