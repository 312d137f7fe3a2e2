/** The WASM of vendored codecs, which each runtime has in its own way: imported in workerd, read from a file in Node. */

/** Codecs whose WASM `scripts/build-wasm.ts` takes out of installed packages, as build/codecs/<name>.wasm. */
export const CODEC_NAMES = ["mpg123", "flac", "vorbis", "opus", "amr"] as const;
export type CodecName = (typeof CODEC_NAMES)[number];

/** Gives compiled modules; a codec that the build leaves out is null. */
export interface CodecModules {
  module(name: CodecName): Promise<WebAssembly.Module | null>;
}
