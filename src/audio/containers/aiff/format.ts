/** The COMM chunk of an AIFF or AIFC file: what its samples are. */

import { viewOf } from "../../../bytes.ts";
import type { UndertoneError } from "../../../errors.ts";
import { fourCharacters } from "../../bytes/marks.ts";
import { inconsistentHeader, unreadCodec } from "../../faults.ts";
import type { PcmFormat } from "../../pcm/blocks.ts";
import type { PcmCodec } from "../../pcm/layout.ts";
import { extended80 } from "./extended80.ts";

/** Layout of the samples, and how many frames of them the header counts: 0 in a streamed file. */
export interface AiffFormat extends PcmFormat {
  readonly frames: number;
}

const AIFF_BYTES = 18;
const AIFC_BYTES = 22;

type BySampleBytes = readonly PcmCodec[];

const BIG_ENDIAN: BySampleBytes = ["pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be"];
const LITTLE_ENDIAN: BySampleBytes = ["pcm_s8", "pcm_s16le", "pcm_s24le", "pcm_s32le"];

/** By compression type in lower case; those that are no integers are of one size, whatever the sample size says. */
const CODECS: ReadonlyMap<string, PcmCodec | BySampleBytes> = new Map<
  string,
  PcmCodec | BySampleBytes
>([
  ["none", BIG_ENDIAN],
  ["twos", BIG_ENDIAN],
  ["sowt", LITTLE_ENDIAN],
  ["raw ", "pcm_u8"],
  ["in24", "pcm_s24be"],
  ["in32", "pcm_s32be"],
  ["fl32", "pcm_f32be"],
  ["fl64", "pcm_f64be"],
  ["alaw", "pcm_alaw"],
  ["ulaw", "pcm_mulaw"],
]);

const UNREAD: ReadonlyMap<string, string> = new Map([
  ["ima4", "IMA ADPCM"],
  ["mac3", "MACE 3:1"],
  ["mac6", "MACE 6:1"],
  ["gsm ", "GSM 6.10"],
  ["g722", "G.722 ADPCM"],
  ["g726", "G.726 ADPCM"],
  ["qdmc", "QDesign Music"],
  ["qdm2", "QDesign Music 2"],
  ["qclp", "Qualcomm PureVoice"],
]);

/**
 * Reads a COMM chunk (Apple, Audio Interchange File Format 1.3 and AIFF-C draft of 1991). Samples of sizes between whole
 * bytes sit at the top of them, so they change no scale.
 * @throws UndertoneError `clip-header-inconsistent`, `unsupported-codec`.
 */
export function readAiffFormat(chunk: Uint8Array, isCompressed: boolean): AiffFormat {
  const neededBytes = isCompressed ? AIFC_BYTES : AIFF_BYTES;
  if (chunk.length < neededBytes) {
    throw inconsistent(`its 'COMM' chunk has ${chunk.length} bytes and needs ${neededBytes}`);
  }
  const view = viewOf(chunk);
  const channels = view.getUint16(0);
  const sampleBits = view.getUint16(6);
  const sampleRateHz = Math.round(extended80(chunk.subarray(8, 18)));
  const codec = readCodec(isCompressed ? fourCharacters(chunk, 18) : "NONE", sampleBits);
  if (channels === 0) throw inconsistent("it says there are 0 channels");
  if (!(sampleRateHz > 0)) throw inconsistent(`it says the sample rate is ${sampleRateHz} Hz`);
  return {
    codec,
    channels,
    sampleRateHz,
    bitsPerSample: codec === "pcm_alaw" || codec === "pcm_mulaw" ? 8 : sampleBits,
    frames: view.getUint32(2),
  };
}

function readCodec(compressionType: string, sampleBits: number): PcmCodec {
  const type = compressionType.toLowerCase();
  const codecs = CODECS.get(type);
  const codec = typeof codecs === "object" ? codecs[Math.ceil(sampleBits / 8) - 1] : codecs;
  if (codec !== undefined) return codec;
  const name = codecs === undefined ? UNREAD.get(type) : `${sampleBits}-bit integer PCM`;
  throw unreadCodec(
    "AIFF",
    name ?? `codec ${JSON.stringify(compressionType)}`,
    "of AIFF, integer PCM of 8 to 32 bits, float PCM, A-law and µ-law are read",
  );
}

function inconsistent(contradiction: string): UndertoneError {
  return inconsistentHeader("AIFF", contradiction);
}
