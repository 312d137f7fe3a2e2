/** Endings of files that are clips; what a clip is, its bytes say. */
import { extname } from "node:path";

const ENDINGS =
  "wav wave bwf rf64 aif aiff aifc flac mp3 mp2 ogg oga opus webm mka mkv mp4 m4a m4b mov aac amr awb sph nist 3gp";
const KNOWN = new Set(ENDINGS.split(" ").map((ending) => `.${ending}`));

/** True for a name with the ending of an audio format. */
export function isClipName(name: string): boolean {
  return KNOWN.has(extname(name).toLowerCase());
}
