/** NIST SPHERE files (TIMIT, Switchboard, Fisher): a header of text, then interleaved samples. */
import type { ByteSource } from "../../bytes/source.ts";
import type { ClipDecoder } from "../../decoder.ts";
import { emptyFile, truncatedFile } from "../../faults.ts";
import { decodePcm, type PcmFormat } from "../../pcm/blocks.ts";
import { pcmSampleBytes } from "../../pcm/layout.ts";
import { readSphereFormat } from "./format.ts";
import { readSphereFields } from "./header.ts";

const KIND = "NIST SPHERE";

/**
 * Decodes a SPHERE file of PCM, A-law or µ-law. Its samples go on to the end of the file, whatever it counts.
 * @throws UndertoneError `clip-truncated` or `clip-too-short` without a whole frame, `clip-header-inconsistent`,
 *   `unsupported-codec`.
 */
export const decodeSphere: ClipDecoder = async function* (source, context) {
  const { format, sampleCount } = await readSphereData(source);
  const start = source.position;
  if ((await source.peek(frameBytes(format))).length < frameBytes(format)) {
    throw sampleCount > 0 ? truncatedFile(KIND, "right after its header") : emptyFile(KIND);
  }
  context.describe({ container: "sphere", ...format });
  yield* decodePcm(KIND, { source, format, dataBytes: Infinity }, context);
  if (isCut(source.position - start, sampleCount, format)) context.damaged();
};

/**
 * Takes the header; gives what it says of the samples, which come next.
 * @throws UndertoneError `clip-truncated`, `clip-header-inconsistent`, `unsupported-codec`.
 */
export async function readSphereData(
  source: ByteSource,
): Promise<{ readonly format: PcmFormat; readonly sampleCount: number }> {
  const fields = await readSphereFields(source);
  const format = readSphereFormat(fields, await firstCharacters(source));
  return { format, sampleCount: Number(fields.get("sample_count") ?? 0) };
}

/** True if there are fewer bytes than were counted; some files count the samples of all channels together. */
function isCut(dataBytes: number, sampleCount: number, format: PcmFormat): boolean {
  const countedTogether = sampleCount * pcmSampleBytes(format.codec);
  return dataBytes < sampleCount * frameBytes(format) && dataBytes !== countedTogether;
}

function frameBytes({ channels, codec }: PcmFormat): number {
  return channels * pcmSampleBytes(codec);
}

async function firstCharacters(source: ByteSource): Promise<string> {
  return String.fromCharCode(...(await source.peek(4)));
}
