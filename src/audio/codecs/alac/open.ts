/**
 * Apple Lossless packets → samples, after Apple's description of the format. It is our own because the one decoder on npm
 * is part of a GPL package and believes the sample count of a damaged packet, up to gigabytes.
 */
import { UndertoneError } from "../../../errors.ts";
import { type BitReader, bitReader, isOver, readBits } from "../bits.ts";
import type { FrameDecoder } from "../frame-decoder.ts";
import { type AlacCookie, readAlacCookie } from "./cookie.ts";
import { readElement, type Scratch } from "./element.ts";

const SINGLE_CHANNEL = 0;
const CHANNEL_PAIR = 1;
const LOW_FREQUENCY_CHANNEL = 3;
const DATA = 4;
const FILL = 6;
const END = 7;

/** The place in WAV's order of each coded channel, by the number of channels; the centre is coded first. */
const CHANNEL_ORDERS: readonly (readonly number[])[] = [
  [],
  [0],
  [0, 1],
  [2, 0, 1],
  [2, 0, 1, 3],
  [2, 0, 1, 3, 4],
  [2, 0, 1, 4, 5, 3],
  [2, 0, 1, 4, 5, 6, 3],
  [2, 6, 7, 0, 1, 4, 5, 3],
];

/**
 * A decoder of one ALAC track.
 * @param cookieBytes the track's set-up data.
 * @throws UndertoneError what `readAlacCookie` throws.
 */
export function openAlac(cookieBytes: Uint8Array): FrameDecoder {
  const cookie = readAlacCookie(cookieBytes);
  const { frameLength, sampleRateHz } = cookie;
  const scratch: Scratch = {
    residuals: new Int32Array(frameLength),
    mixed: [new Int32Array(frameLength), new Int32Array(frameLength)],
  };
  return {
    sampleRateHz,
    decode(packet) {
      const coded = readChannels(packet, cookie, scratch);
      if (coded === null) throw damagedPacket();
      if (coded[0]?.length === 0) return null;
      const scale = 2 ** (cookie.bitsPerSample - 1);
      const channels: Float32Array[] = [];
      for (const [index, samples] of coded.entries()) {
        const place = CHANNEL_ORDERS[coded.length]?.[index] as number;
        channels[place] = toFloats(samples, scale);
      }
      return { channels };
    },
    free() {},
  };
}

function toFloats(samples: Int32Array, scale: number): Float32Array {
  const floats = new Float32Array(samples.length);
  for (let index = 0; index < floats.length; index++) {
    floats[index] = (samples[index] as number) / scale;
  }
  return floats;
}

/** The integers of every channel in the order they are coded in, or null if the packet is damaged. */
function readChannels(
  packet: Uint8Array,
  cookie: AlacCookie,
  scratch: Scratch,
): Int32Array[] | null {
  const bits = bitReader(packet);
  const channels: Int32Array[] = [];
  while (channels.length < cookie.channels) {
    const tag = readBits(bits, 3);
    if (isOver(bits) || tag === END) return null;
    if (tag === DATA || tag === FILL) {
      skipExtra(bits, tag);
      continue;
    }
    const isPair = tag === CHANNEL_PAIR;
    if (!isPair && tag !== SINGLE_CHANNEL && tag !== LOW_FREQUENCY_CHANNEL) return null;
    const read = readElement(bits, isPair ? 2 : 1, cookie, scratch);
    if (read === null) return null;
    channels.push(...read);
  }
  const [first] = channels;
  const fits = channels.length === cookie.channels;
  return fits && channels.every(({ length }) => length === first?.length) ? channels : null;
}

/** Passes over what is no sound: data of the encoder's own, or padding. */
function skipExtra(bits: BitReader, tag: typeof DATA | typeof FILL): void {
  if (tag === FILL) {
    const count = readBits(bits, 4);
    bits.position += (count === 15 ? count + readBits(bits, 8) - 1 : count) * 8;
    return;
  }
  readBits(bits, 4);
  const isAligned = readBits(bits, 1) === 1;
  const count = readBits(bits, 8);
  const bytes = count === 255 ? count + readBits(bits, 8) : count;
  if (isAligned) bits.position = Math.ceil(bits.position / 8) * 8;
  bits.position += bytes * 8;
}

function damagedPacket(): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    "The file is incomplete or damaged; no audio could be decoded: a packet is not Apple Lossless. Send it again, or export it anew.",
  );
}
