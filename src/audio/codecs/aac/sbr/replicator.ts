/** Spectral band replication of one channel or of a pair (ISO/IEC 14496-3 §4.6.18): it doubles the core's rate. */
import { type BitReader, isOver, readBits } from "../../bits.ts";
import { limiterBands, type SbrBands, sbrBands } from "./bands.ts";
import { readSbrHeader, type SbrHeader, sameBands } from "./bitstream/header.ts";
import { readSbrData, type SbrData } from "./bitstream/payload.ts";
import { replicate } from "./channel.ts";
import { type SbrChannel, sbrChannel } from "./channel-state.ts";
import { energiesOf } from "./envelope/energies.ts";
import type { Subbands } from "./quadrature.ts";

/** An element's replication, which keeps what frames carry on. */
export interface Replicator {
  /**
   * Takes what a frame carries for it; null if that is nothing. What makes no sense turns replication off until the next
   * header, and only the rate is doubled.
   */
  read(payload: SbrPayload | null, readExtension: ExtensionReader): void;
  /** The subbands of a frame's channels, and some of the times behind it. */
  subbandsOf(samples: readonly Float64Array[]): Subbands[];
}

/** A fill element with spectral band replication; the reader ends where the element does. */
export interface SbrPayload {
  readonly reader: BitReader;
  readonly hasChecksum: boolean;
}

/** Reads an extension of an element, such as parametric stereo, of at most so many bits. */
export type ExtensionReader = (id: number, reader: BitReader, bits: number) => void;

const CHECKSUM_BITS = 10;

/** The settings of replication after a header. */
interface Running {
  readonly header: SbrHeader;
  readonly bands: SbrBands;
}

/**
 * Replication at its start.
 * @param rateHz what is made, twice the core's.
 * @param slots of a frame: 16, or 15 of the shorter ones.
 */
export function replicator(channelCount: number, rateHz: number, slots: number): Replicator {
  const channels: SbrChannel[] = Array.from({ length: channelCount }, () => sbrChannel(2 * slots));
  let running: Running | null = null;
  let isReset = false;
  let data: SbrData | null = null;

  const takeHeader = (header: SbrHeader): void => {
    if (running !== null && sameBands(running.header.bands, header.bands)) {
      const { bands } = running;
      const limiter = limiterBands(header.limiterBands, bands.envelope[0], bands.patches);
      running = { header, bands: { ...bands, limiter } };
      return;
    }
    const bands = sbrBands(header, rateHz);
    running = bands === null ? null : { header, bands };
    isReset = true;
  };

  const takeData = (reader: BitReader, readExtension: ExtensionReader): SbrData | null => {
    if (running === null) return null;
    const read = readSbrData(reader, { ...running, slots, before: channels });
    if (read === null) return null;
    if (readBits(reader, 1) === 1) readExtensions(reader, readExtension);
    return isOver(reader) ? null : read;
  };

  return {
    read(payload, readExtension) {
      isReset = false;
      data = null;
      if (payload !== null) {
        const { reader, hasChecksum } = payload;
        if (hasChecksum) reader.position += CHECKSUM_BITS;
        if (readBits(reader, 1) === 1) takeHeader(readSbrHeader(reader));
        data = takeData(reader, readExtension);
      }
      if (data === null) running = null;
    },
    subbandsOf(samples) {
      const energies = data === null ? [] : energiesOf(data);
      return channels.map((channel, index) => {
        const channelData = data?.channels[index];
        const energy = energies[index];
        const replication =
          running === null || channelData === undefined || energy === undefined
            ? null
            : { ...running, isReset, data: channelData, energies: energy };
        return replicate(channel, samples[index] as Float64Array, replication);
      });
    },
  };
}

function readExtensions(reader: BitReader, readExtension: ExtensionReader): void {
  let bytes = readBits(reader, 4);
  if (bytes === 15) bytes += readBits(reader, 8);
  const end = reader.position + 8 * bytes;
  while (end - reader.position > 7 && !isOver(reader)) {
    const id = readBits(reader, 2);
    readExtension(id, reader, end - reader.position);
  }
  reader.position = end;
}
