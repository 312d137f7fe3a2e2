/** Which package each codec's WASM is taken out of, and what is expected to be found there. */
import type { CodecName } from "../../src/audio/codecs/wasm/modules.ts";

/** A WASM binary that this repository has been tested with. */
export interface PinnedWasm {
  readonly bytes: number;
  readonly sha256: string;
  /** Of the file that the build makes of it. */
  readonly builtSha256: string;
}

/** An installed package that carries a codec. */
export interface CodecPackage {
  readonly name: string;
  /** The pinned package version; another build may rename the codec's imports and exports. */
  readonly versions: Readonly<Record<string, PinnedWasm>>;
  /** Makes the package compile its WASM. */
  readonly start: () => Promise<unknown>;
}

export const CODEC_PACKAGES: Readonly<Record<CodecName, CodecPackage>> = {
  mpg123: {
    name: "mpg123-decoder",
    versions: {
      "1.0.3": {
        bytes: 99_479,
        sha256: "f0e9e8848367320ccb757e4092f0d6809668cfe38f43139d47b447151d7dff6b",
        builtSha256: "999662606653bf89836db0eb682b30ce515d5b82e9edaf17f2d9ec997c7df93f",
      },
    },
    start: async () => new (await import("mpg123-decoder")).MPEGDecoder().ready,
  },
  flac: {
    name: "@wasm-audio-decoders/flac",
    versions: {
      "0.2.11": {
        bytes: 54_713,
        sha256: "79af31833dba4adae91c7b445b2eaad7d0ba51518356966e2cf37f92610488ed",
        builtSha256: "12ba79f1b1cdbf394dcd6bd9090f576209def1aa594f108dd4851e5f58c8c239",
      },
    },
    start: async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder().ready,
  },
  vorbis: {
    name: "@wasm-audio-decoders/ogg-vorbis",
    versions: {
      "0.1.20": {
        bytes: 71_224,
        sha256: "fc062044fde03dfbe64db152fb4a9301636917f7ebf207bc1137debb11df4481",
        builtSha256: "fce5d338001c5707366e1d1106dae9dcc52e103a8ab8ad4866fa9f73d15b3efe",
      },
    },
    start: async () =>
      new (await import("@wasm-audio-decoders/ogg-vorbis")).OggVorbisDecoder().ready,
  },
  opus: {
    name: "@audio/decode-opus",
    versions: {
      "1.3.3": {
        bytes: 110_556,
        sha256: "f385fe2df9ba8adf149670a9314e9821e1da74d79537e9a74a5dc4ec6ac9f40e",
        builtSha256: "0fb1cfd8e6342febb4d8d70aabffae6b88bc582438733e7b6b03c55aff07d1a6",
      },
    },
    start: async () => (await import("@audio/decode-opus/core")).createOpusDecoder(),
  },
  amr: {
    name: "@audio/decode-amr",
    versions: {
      "1.3.1": {
        bytes: 193_499,
        sha256: "2fffc08eba589b72bde62b23d182f4ebd7582603f85ed29cadab1327b232faf6",
        builtSha256: "94448ed45321a1d37f057dbf45a903f94ef3897569132407ee4ba99833cafdaf",
      },
    },
    start: async () => (await import("@audio/decode-amr")).decoder(),
  },
};
