/**
 * Keys that sort as plain text in the order a person expects: "img2" before "img10". Kept with each frame so that the
 * database pages through 20,000 of them by an index.
 */

/** Below every printable character, so that "a" sorts before "a b", whatever follows; U+0000 is no text to PostgreSQL. */
const SEPARATOR = '\u0001';

/** With case and composition evened out: macOS writes accents apart from their letters. */
export function foldedText(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** The text, folded, with each number preceded by its count of digits. */
export function naturalKey(text: string): string {
  return foldedText(text).replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, '');
    return String(number.length).padStart(3, '0') + number;
  });
}

/** The sort key of a frame: by study, series, file and frame. Ids keep studies and series of equal names apart. */
export function frameSortKey(place: {
  studyName: string;
  studyId: number;
  seriesName: string;
  seriesId: number;
  relativePath: string;
  frameIndex: number;
}): string {
  const { studyName, studyId, seriesName, seriesId, relativePath, frameIndex } = place;
  const parts = [studyName, `${studyId}`, seriesName, `${seriesId}`, relativePath, `${frameIndex}`];
  return parts.map(naturalKey).join(SEPARATOR);
}
