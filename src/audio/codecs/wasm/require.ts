/** A codec's module, or the answer to a clip whose codec this build leaves out. */
import { UndertoneError } from "../../../errors.ts";
import type { CodecModules, CodecName } from "./modules.ts";

const NAMES: Readonly<Record<CodecName, string>> = {
  mpg123: "MP3",
  flac: "FLAC",
  vorbis: "Vorbis",
  opus: "Opus",
  amr: "AMR",
};

/** @throws UndertoneError `unsupported-codec` if this build leaves the codec out. */
export async function requireCodec(
  codec: CodecName,
  codecs: CodecModules,
): Promise<WebAssembly.Module> {
  const module = await codecs.module(codec);
  if (module !== null) return module;
  throw new UndertoneError(
    "unsupported-codec",
    `The clip is ${NAMES[codec]}, whose decoder this build of the service leaves out; convert it, for example with: ffmpeg -i in -c:a pcm_s16le out.wav`,
    { codec: NAMES[codec] },
  );
}
