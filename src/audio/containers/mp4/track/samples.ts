/** The samples of an MP4 track's tables as the decoder wants them: packet by packet, or PCM in runs. */
import { PIECE_BYTES } from "../../../bytes/source.ts";
import type { Sample, SampleTables } from "./tables.ts";

/** Every sample by itself; empty ones are left out. */
export function* packetSamples(tables: SampleTables): Generator<Sample> {
  for (const { offset, firstSample, samples } of tables.chunks()) {
    let position = offset;
    for (let sample = firstSample; sample < firstSample + samples; sample++) {
      const bytes = tables.sampleBytes(sample);
      if (bytes > 0) yield { offset: position, bytes };
      position += bytes;
    }
  }
}

/**
 * Whole chunks of PCM: a sample is a frame there, and too small to be read by itself.
 * @param frameBytes a sample's size in QuickTime files, which count every sample as one byte.
 */
export function* chunkSamples(tables: SampleTables, frameBytes: number): Generator<Sample> {
  const { uniformBytes } = tables;
  if (uniformBytes === null) {
    yield* packetSamples(tables);
    return;
  }
  const sampleBytes = uniformBytes === 1 ? frameBytes : uniformBytes;
  for (const { offset, samples } of tables.chunks()) yield { offset, bytes: samples * sampleBytes };
}

/** Joins samples that touch and cuts them into pieces of whole frames that are read at once. */
export function* pcmRuns(samples: Iterable<Sample>, frameBytes: number): Generator<Sample> {
  const runBytes = Math.max(1, Math.floor(PIECE_BYTES / frameBytes)) * frameBytes;
  let offset = 0;
  let bytes = 0;
  for (const sample of samples) {
    if (sample.offset !== offset + bytes) {
      if (bytes > 0) yield { offset, bytes };
      offset = sample.offset;
      bytes = 0;
    }
    bytes += sample.bytes;
    while (bytes >= runBytes) {
      yield { offset, bytes: runBytes };
      offset += runBytes;
      bytes -= runBytes;
    }
  }
  if (bytes > 0) yield { offset, bytes };
}
