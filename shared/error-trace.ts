/**
 * What a log may say of an error: its kind, its code, the ending of the file concerned and the places in the program's
 * code. Never its message, nor a path, nor a name: an error's words may quote a patient's, and nothing here filters words.
 */
import { ERROR_CODES, isAppError, type ErrorCode } from './errors';

const KIND = /^[A-Za-z]{0,40}(Error|Exception)$/;
/** Of Node, SQLite and SQL's five signs. */
const SYSTEM_CODE = /^(E[A-Z0-9]{2,20}|ERR_[A-Z0-9_]{1,60}|SQLITE_[A-Z_]{1,40}|[0-9A-Z]{2}[0-9]{3})$/;
/** The last folder and the file of a place in code: the folders before it may be called after a user. */
const PLACE = /(?:^|[\\/( ])((?:[\w@.-]+[\\/])?[\w@.-]+(?:\.(?:[cm]?js|ts))?:\d+:\d+)\)?$/;
/** Endings that say what kind of file it is; any other might be part of a name. */
const ENDING =
  /\.(png|jpe?g|tiff?|bmp|dcm|dicom|ima|nii|gz|mhd|mha|raw|avi|mp4|m4v|mov|webm|mkv|json|csv|txt|zip|pth|safetensors|onnx|db|sonomask)$/i;
/** Before the message: `TypeError [ERR_INVALID_ARG_TYPE]: `. */
const HEADING = /^[\w.]*(?: \[\w+\])?(?:: )?/;
const MOST_PLACES = 12;
const MOST_CAUSES = 4;

/** Of what the page's own code throws; whatever else it calls an error is an `Error`. */
export const PAGE_ERROR_KINDS = [
  ...(['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError', 'EvalError'] as const),
  ...(['AggregateError', 'AppError', 'DOMException'] as const),
] as const;

/** An error of the page, in nothing but what can be checked: no word of it is free. */
export interface PageError {
  kind: (typeof PAGE_ERROR_KINDS)[number];
  code: ErrorCode | null;
  places: PagePlace[];
}

export interface PagePlace {
  /** A script's name without its folder. */
  file: string;
  line: number;
  column: number;
}

/** What `describeError` answers always has this form. */
export const ERROR_TRACE = /^[\w .:;,@<\\/-]{1,4000}$/;

/** One line about anything that was thrown: `AppError file-unreadable .dcm at study/read-image.ts:31:9; by Error ENOENT`. */
export function describeError(thrown: unknown): string {
  const parts: string[] = [];
  for (let each = thrown, n = 0; each instanceof Error && n < MOST_CAUSES; each = each.cause, n++) {
    parts.push(describeOne(each));
  }
  return parts.length > 0 ? parts.join('; by ') : `no error but ${typeof thrown}`;
}

/** What main is told of anything that was thrown in the page; none for what is no error. */
export function pageErrors(thrown: unknown): PageError[] {
  const errors: PageError[] = [];
  for (let each = thrown; each instanceof Error && errors.length < MOST_CAUSES; each = each.cause) {
    const { name } = each;
    errors.push({
      kind: PAGE_ERROR_KINDS.find((kind) => kind === name) ?? 'Error',
      code: isAppError(each) ? each.code : null,
      places: placesIn(each).flatMap((place) => {
        const [, file = '', line, column] = /([^\\/]+):(\d+):(\d+)$/.exec(place) ?? [];
        return file === '' ? [] : [{ file, line: Number(line), column: Number(column) }];
      }),
    });
  }
  return errors;
}

/**
 * The same as one line. @param isOurs whether the interface has a script of this name: others are left out, for a page that was
 * taken over may call one as it likes
 */
export function describePageErrors(errors: readonly PageError[], isOurs: (file: string) => boolean): string {
  const described = errors.map(({ kind, code, places }) => {
    const ours = places.filter(({ file }) => isOurs(file)).map(({ file, line, column }) => `${file}:${line}:${column}`);
    const words = code === null ? kind : `${kind} ${code}`;
    return ours.length > 0 ? `${words} at ${ours.join(' < ')}` : words;
  });
  return described.join('; by ') || 'no error';
}

function describeOne(error: Error): string {
  const words = [KIND.test(error.name) ? error.name : 'Error', codeOf(error), endingOf(error)].filter(Boolean);
  const places = placesIn(error);
  return places.length > 0 ? `${words.join(' ')} at ${places.join(' < ')}` : words.join(' ');
}

function codeOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isKnown = (ERROR_CODES as readonly string[]).includes(code) || SYSTEM_CODE.test(code);
  return isKnown ? code : '';
}

function endingOf(error: Error): string {
  return isAppError(error) ? (ENDING.exec(error.subject)?.[0].toLowerCase() ?? '') : '';
}

/** A stack begins with the message, which may have lines that look like places: only what follows it is read. */
function placesIn({ stack = '', message }: Error): string[] {
  const rest = stack.replace(HEADING, '');
  // Another message than when it was thrown: where that one ends is not to be known.
  if (!rest.startsWith(message)) return [];
  return rest
    .slice(message.length)
    .split('\n')
    .flatMap((line) => PLACE.exec(line.trim())?.[1] ?? [])
    .filter((place) => !message.includes(place))
    .slice(0, MOST_PLACES);
}
