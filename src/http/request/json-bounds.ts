/** Bounds of JSON that are checked before it is parsed: arrays and objects take up to 20 times the memory of their text. */
import { breathe } from "../../breathe.ts";

/** Of all that stands outside of strings; a request has a few hundred. */
const MAX_BYTES_OUTSIDE = 65_536;
/** Functions that call themselves for each level, such as JSON.stringify, take some thousand. */
const MAX_LEVELS = 100;

/** Going through so many bytes takes a few milliseconds. */
const SLICE_BYTES = 1024 * 1024;

const [QUOTE, BACKSLASH, ...BRACKETS] = new TextEncoder().encode('"\\[]{}');
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = BRACKETS;

/** Says what is wrong with the size of JSON in UTF-8; null if nothing is. Text that is no JSON may pass. */
export async function faultOfJsonSize(json: Uint8Array): Promise<string | null> {
  let isInString = false;
  let bytesOutside = 0;
  let levels = 0;
  for (let at = 0, restedAt = 0; at < json.length; at++) {
    if (at - restedAt >= SLICE_BYTES) {
      restedAt = at;
      await breathe();
    }
    const byte = json[at];
    if (byte === QUOTE) isInString = !isInString;
    else if (isInString) at += byte === BACKSLASH ? 1 : 0;
    else {
      if (++bytesOutside > MAX_BYTES_OUTSIDE) {
        return `has more than ${MAX_BYTES_OUTSIDE} bytes outside of strings`;
      }
      if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) levels++;
      else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) levels--;
      if (levels > MAX_LEVELS) return `has more than ${MAX_LEVELS} levels`;
    }
  }
  return null;
}
