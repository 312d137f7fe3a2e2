/** The codecs' WASM in workerd: compiled ahead of time, because workerd compiles none from bytes. */
import amr from "../../../../build/codecs/amr.wasm";
import flac from "../../../../build/codecs/flac.wasm";
import mpg123 from "../../../../build/codecs/mpg123.wasm";
import opus from "../../../../build/codecs/opus.wasm";
import vorbis from "../../../../build/codecs/vorbis.wasm";
import { unlessEmpty } from "./empty-module.ts";
import type { CodecModules, CodecName } from "./modules.ts";

const MODULES: Readonly<Record<CodecName, WebAssembly.Module>> = {
  mpg123,
  flac,
  vorbis,
  opus,
  amr,
};

/** The modules that the Worker was bundled with. */
export function workerdCodecs(): CodecModules {
  return { module: async (name) => unlessEmpty(MODULES[name]) };
}
