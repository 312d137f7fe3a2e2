/** The format of the samples by a NIST SPHERE header. */
import type { UndertoneError } from "../../../errors.ts";
import { requireChannelCount, requireSampleRate } from "../../budget/bounds.ts";
import { inconsistentHeader, unreadCodec } from "../../faults.ts";
import type { PcmFormat } from "../../pcm/blocks.ts";
import { type PcmCodec, pcmSampleBytes } from "../../pcm/layout.ts";
import type { SphereFields } from "./header.ts";

const KIND = "NIST SPHERE";
const SPH2PIPE = "sph2pipe -f wav in.sph out.wav";
const MU_LAW = /^(mu-?law|u-?law)$/;
const A_LAW = /^a-?law$/;
/** By bytes per sample; 8 bits are signed. */
const LITTLE_ENDIAN: readonly PcmCodec[] = ["pcm_s8", "pcm_s16le", "pcm_s24le", "pcm_s32le"];
const BIG_ENDIAN: readonly PcmCodec[] = ["pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be"];
/** Names of compressions that are embedded, by how they are written behind the coding. */
const COMPRESSIONS = [
  [/shorten/, "Shorten"],
  [/wavpack/, "WavPack"],
] as const;
/** The signature of samples compressed with Shorten, whether or not the header says so. */
const SHORTEN_MAGIC = "ajkg";

/**
 * Reads the fields that every reader needs (NIST Speech Header Resources 2.6); a field that is missing has the value that
 * sox and libsndfile give it, but for the rate.
 * @param firstBytes the first four bytes behind the header, as text
 * @throws UndertoneError `clip-header-inconsistent`, `unsupported-codec`, `channels-unsupported`, `sample-rate-unsupported`.
 */
export function readSphereFormat(fields: SphereFields, firstBytes: string): PcmFormat {
  const codec = readCodec(fields, firstBytes);
  const channels = Number(fields.get("channel_count") ?? 1);
  const sampleRateHz = Math.round(Number(fields.get("sample_rate")));
  if (!(sampleRateHz > 0)) throw inconsistent("it has no sample_rate");
  if (!(Number.isInteger(channels) && channels > 0))
    throw inconsistent(`its channel_count is ${fields.get("channel_count")}`);
  requireChannelCount(channels);
  requireSampleRate(sampleRateHz);
  if (channels > 1 && /^false$/i.test(fields.get("channels_interleaved") ?? "")) {
    throw unread("channels that follow one another");
  }
  return { codec, channels, sampleRateHz, bitsPerSample: 8 * pcmSampleBytes(codec) };
}

function readCodec(fields: SphereFields, firstBytes: string): PcmCodec {
  const byteOrder = (fields.get("sample_byte_format") ?? "").toLowerCase();
  const [coding = "", ...embedded] = (fields.get("sample_coding") ?? "pcm")
    .toLowerCase()
    .split(",");
  const compression = firstBytes === SHORTEN_MAGIC ? "shorten" : embedded.join();
  if (compression !== "") throw unread(compressionName(compression), SPH2PIPE);
  if ([coding, byteOrder].some((name) => MU_LAW.test(name))) return "pcm_mulaw";
  if ([coding, byteOrder].some((name) => A_LAW.test(name))) return "pcm_alaw";
  if (coding !== "pcm") throw unread(`samples coded as ${JSON.stringify(coding)}`);
  const sampleBytes = Number(fields.get("sample_n_bytes") ?? 2);
  const codecs = /^3?2?10$/.test(byteOrder) ? BIG_ENDIAN : LITTLE_ENDIAN;
  const codec = codecs[sampleBytes - 1];
  if (codec === undefined) throw unread(`PCM of ${fields.get("sample_n_bytes")} bytes per sample`);
  const isKnownOrder = /^(|1|012?3?|3?2?10)$/.test(byteOrder);
  if (sampleBytes > 1 && !isKnownOrder) throw unread(`PCM in the byte order ${byteOrder}`);
  return codec;
}

function compressionName(compression: string): string {
  const known = COMPRESSIONS.find(([pattern]) => pattern.test(compression));
  return `samples compressed with ${known?.[1] ?? JSON.stringify(compression)}`;
}

function unread(codec: string, convert?: string): UndertoneError {
  return unreadCodec(KIND, codec, "of it, PCM, A-law and µ-law are read", convert);
}

function inconsistent(contradiction: string): UndertoneError {
  return inconsistentHeader(KIND, contradiction);
}
