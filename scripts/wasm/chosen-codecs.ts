/** Which codecs a build contains, by `UNDERTONE_CODECS`. */
import { CODEC_NAMES, type CodecName } from "../../src/audio/codecs/wasm/modules.ts";

/**
 * Reads a comma-separated list of codecs: all of them if there is none, and none of them for `none`.
 * @throws Error naming what is not a codec.
 */
export function chosenCodecs(list = ""): CodecName[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.every((name) => name === "")) return [...CODEC_NAMES];
  if (names.length === 1 && names[0] === "none") return [];
  const unknown = names.find((name) => !isCodec(name));
  if (unknown !== undefined) {
    throw new Error(
      `UNDERTONE_CODECS lists ${JSON.stringify(unknown)}; it takes none or a comma-separated list of ${CODEC_NAMES.join(", ")}.`,
    );
  }
  return names.filter(isCodec);
}

function isCodec(name: string): name is CodecName {
  return (CODEC_NAMES as readonly string[]).includes(name);
}
