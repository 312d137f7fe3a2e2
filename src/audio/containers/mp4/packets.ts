/** A track's packets, in the order they are heard, from wherever in the file they lie. */

import type { ByteSource } from "../../bytes/source.ts";
import { cutShort, damaged } from "../../faults.ts";
import type { Packet } from "../tracks/track.ts";
import { topLevelBoxes } from "./boxes/top-level.ts";
import type { FileBytes } from "./bytes.ts";
import { type FragmentDefaults, fragmentSamples } from "./fragments.ts";
import { readIndex } from "./index.ts";
import { chunkSamples, packetSamples, pcmRuns } from "./track/samples.ts";
import type { Sample } from "./track/tables.ts";
import type { Mp4Track } from "./track/track.ts";

/** Packets of coded sound are far smaller; a table that says otherwise is damaged. */
const LARGEST_PACKET_BYTES = 2 ** 20;

/**
 * Reads a track's packets.
 * @param source stands behind `moov`.
 * @throws UndertoneError `clip-truncated`, `clip-damaged` once the packets before are given.
 */
export async function* readPackets(
  source: ByteSource,
  file: FileBytes,
  track: Mp4Track,
): AsyncGenerator<Packet> {
  const { tables, fragmentDefaults } = track;
  const { frameBytes } = track.codec;
  const samples =
    frameBytes === null
      ? packetSamples(tables)
      : pcmRuns(chunkSamples(tables, frameBytes), frameBytes);
  if (fragmentDefaults !== null) {
    const packets = readFragments(source, file, track, fragmentDefaults, samples);
    yield* shortenLast(packets, track.timescale);
    return;
  }
  for (const sample of samples) {
    for await (const bytes of readSample(file, sample, frameBytes !== null)) {
      yield { bytes, discardSeconds: 0 };
    }
  }
}

interface TimedPacket {
  readonly bytes: Uint8Array;
  /** Not known of samples that tables describe. */
  readonly durationTicks: number | undefined;
}

/** The samples of the tables and then those of each fragment, which lie in the boxes behind it. */
async function* readFragments(
  source: ByteSource,
  file: FileBytes,
  { id, codec: { frameBytes } }: Mp4Track,
  defaults: FragmentDefaults,
  tableSamples: Iterable<Sample>,
): AsyncGenerator<TimedPacket> {
  const boxes = topLevelBoxes(source);
  let samples: Iterable<Sample> | null = tableSamples;
  while (samples !== null) {
    for (const sample of samples) {
      await boxes.enter(sample.offset);
      for await (const bytes of readSample(file, sample, frameBytes !== null)) {
        yield { bytes, durationTicks: sample.durationTicks };
      }
    }
    const fragment = await boxes.find("moof");
    if (fragment === null) return;
    const moof = await readIndex(source, fragment.bytes);
    const found = fragmentSamples(moof, fragment.offset, id, defaults);
    samples = frameBytes === null ? found : pcmRuns(found, frameBytes);
  }
}

/**
 * An encoder cuts its last packet short by giving it less time than all the others have. Where they differ among each other,
 * they tell when packets were recorded, not how long they are.
 */
async function* shortenLast(
  packets: AsyncIterable<TimedPacket>,
  timescale: number,
): AsyncGenerator<Packet> {
  let last: TimedPacket | null = null;
  let failure: unknown = null;
  const durations = new Set<number>();
  try {
    for await (const packet of packets) {
      if (last !== null) yield { bytes: last.bytes, discardSeconds: 0 };
      const lastTicks = last?.durationTicks;
      if (lastTicks !== undefined && durations.size < 2) durations.add(lastTicks);
      last = packet;
    }
  } catch (error) {
    failure = error;
  }
  if (last !== null) {
    const { bytes, durationTicks = 0 } = last;
    const isRegular = durations.size === 1 && durationTicks > 0;
    const longestSeconds = isRegular ? durationTicks / timescale : Infinity;
    yield { bytes, discardSeconds: 0, longestSeconds };
  }
  if (failure !== null) throw failure;
}

/** A sample's bytes; where the file ends within PCM, what there is of it. */
async function* readSample(
  file: FileBytes,
  { offset, bytes }: Sample,
  isPcm: boolean,
): AsyncGenerator<Uint8Array> {
  if (bytes > LARGEST_PACKET_BYTES) throw damaged(`a packet of ${bytes} bytes is none of sound`);
  const read = await file.readAt(offset, bytes);
  const isWhole = read.length === bytes;
  if (isWhole || isPcm) yield read;
  if (!isWhole) throw cutShort("within its samples");
}
