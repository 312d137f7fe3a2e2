/** The header that every frame of an ADTS stream begins with (ISO/IEC 14496-3 §1.A.3.2). */

export const ADTS_HEADER_BYTES = 7;
const CRC_BYTES = 2;
const HIGHEST_RATE_INDEX = 12;

/** The kind and the length of a frame, and the set-up of its decoder. */
export interface AdtsHeader {
  /** With its checksum, if it has one. */
  readonly headerBytes: number;
  readonly frameBytes: number;
  /** AudioSpecificConfig, which is the same for all frames of a stream. */
  readonly configuration: readonly [number, number];
  /** The unsupported feature of the frame, to continue "AAC"; null if it is supported. */
  readonly unread: string | null;
}

/** Reads the header at `start`; null if none stands there. */
export function readAdtsHeader(bytes: Uint8Array, start: number): AdtsHeader | null {
  const isSync = bytes[start] === 0xff && ((bytes[start + 1] ?? 0) & 0xf6) === 0xf0;
  if (!isSync || start + ADTS_HEADER_BYTES > bytes.length) return null;
  const [, sync1, format, layout, length1, length0, blocks] = bytes.subarray(
    start,
    start + ADTS_HEADER_BYTES,
  ) as unknown as SevenBytes;
  const rateIndex = (format >> 2) & 0x0f;
  if (rateIndex > HIGHEST_RATE_INDEX) return null;
  const headerBytes = ADTS_HEADER_BYTES + (sync1 & 1 ? 0 : CRC_BYTES);
  const frameBytes = ((layout & 3) << 11) | (length1 << 3) | (length0 >> 5);
  if (frameBytes <= headerBytes) return null;
  const objectType = (format >> 6) + 1;
  const channelConfiguration = ((format & 1) << 2) | (layout >> 6);
  return {
    headerBytes,
    frameBytes,
    configuration: [
      (objectType << 3) | (rateIndex >> 1),
      ((rateIndex & 1) << 7) | (channelConfiguration << 3),
    ],
    unread: unread(channelConfiguration, blocks & 3),
  };
}

function unread(channelConfiguration: number, furtherBlocks: number): string | null {
  if (furtherBlocks !== 0) return "with several blocks to a frame";
  return channelConfiguration === 0 ? "with a channel layout of its own" : null;
}

type SevenBytes = readonly [number, number, number, number, number, number, number];
