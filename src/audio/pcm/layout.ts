/** Interleaved PCM → one array of samples per channel. */

import { type NumbersType, numbersOf } from "../../bytes.ts";
import { A_LAW, MU_LAW } from "./g711.ts";

/** Numbers of a file, interleaved as their samples are. */
type Numbers = Int16Array | Int32Array | Float32Array | Float64Array;

interface PcmLayout {
  readonly bytes: number;
  /** The numbers that whole frames of bytes stand for: a view of them if they lie as the processor has them, else a copy. */
  readonly numbers: (bytes: Uint8Array) => Numbers;
  /** Integers are divided by the magnitude of their lowest value, exactly as ffmpeg does. */
  readonly fullScale: number;
}

const U8 = Float32Array.from({ length: 2 ** 8 }, (_, byte) => byte - 2 ** 7);
const S8 = Float32Array.from({ length: 2 ** 8 }, (_, byte) => (byte << 24) >> 24);

const LAYOUTS = {
  pcm_u8: { bytes: 1, numbers: byTable(U8), fullScale: 2 ** 7 },
  pcm_s8: { bytes: 1, numbers: byTable(S8), fullScale: 2 ** 7 },
  pcm_s16le: { bytes: 2, numbers: littleEndian(Int16Array), fullScale: 2 ** 15 },
  pcm_s16be: { bytes: 2, numbers: bigEndian(Int16Array), fullScale: 2 ** 15 },
  pcm_s24le: { bytes: 3, numbers: integersOf24Bits(0, 2), fullScale: 2 ** 23 },
  pcm_s24be: { bytes: 3, numbers: integersOf24Bits(2, 0), fullScale: 2 ** 23 },
  pcm_s32le: { bytes: 4, numbers: littleEndian(Int32Array), fullScale: 2 ** 31 },
  pcm_s32be: { bytes: 4, numbers: bigEndian(Int32Array), fullScale: 2 ** 31 },
  pcm_f32le: { bytes: 4, numbers: littleEndian(Float32Array), fullScale: 1 },
  pcm_f32be: { bytes: 4, numbers: bigEndian(Float32Array), fullScale: 1 },
  pcm_f64le: { bytes: 8, numbers: littleEndian(Float64Array), fullScale: 1 },
  pcm_f64be: { bytes: 8, numbers: bigEndian(Float64Array), fullScale: 1 },
  pcm_alaw: { bytes: 1, numbers: byTable(A_LAW), fullScale: 1 },
  pcm_mulaw: { bytes: 1, numbers: byTable(MU_LAW), fullScale: 1 },
} as const satisfies Readonly<Record<string, PcmLayout>>;

/** Sample layouts that are read, by ffmpeg's names for them. */
export type PcmCodec = keyof typeof LAYOUTS;

/** Bytes that one sample takes. */
export function pcmSampleBytes(codec: PcmCodec): number {
  return LAYOUTS[codec].bytes;
}

/**
 * Reads interleaved samples.
 * @param bytes frames of `channelCount` samples each; a part of a frame at the end is left.
 * @returns one array per channel, frames long, full scale ±1.
 */
export function readPcm(bytes: Uint8Array, codec: PcmCodec, channelCount: number): Float32Array[] {
  const { numbers: numbersIn, bytes: sampleBytes, fullScale }: PcmLayout = LAYOUTS[codec];
  const frames = Math.floor(bytes.length / (channelCount * sampleBytes));
  const numbers = numbersIn(bytes.subarray(0, frames * channelCount * sampleBytes));
  return Array.from({ length: channelCount }, (_, channel) => {
    const samples = new Float32Array(frames);
    fillEvery(samples, numbers, channel, channelCount, fullScale);
    return samples;
  });
}

/** A function by itself, so that the engine optimises its one loop. */
function fillEvery(
  samples: Float32Array,
  numbers: Numbers,
  first: number,
  stride: number,
  fullScale: number,
): void {
  for (let frame = 0, at = first; frame < samples.length; frame++, at += stride) {
    samples[frame] = (numbers[at] as number) / fullScale;
  }
}

function littleEndian(Type: NumbersType<Numbers>): (bytes: Uint8Array) => Numbers {
  return (bytes) => numbersOf(Type, bytes);
}

/** Reversed as a whole, the bytes of each number lie in the other order, and the numbers too. */
function bigEndian(Type: NumbersType<Numbers>): (bytes: Uint8Array) => Numbers {
  return (bytes) => numbersOf(Type, bytes.slice().reverse()).reverse();
}

function integersOf24Bits(lowest: number, highest: number): (bytes: Uint8Array) => Int32Array {
  return (bytes) => {
    const integers = new Int32Array(bytes.length / 3);
    for (let index = 0, at = 0; index < integers.length; index++, at += 3) {
      const top = (bytes[at + highest] as number) << 24;
      integers[index] =
        (top >> 8) | ((bytes[at + 1] as number) << 8) | (bytes[at + lowest] as number);
    }
    return integers;
  };
}

function byTable(table: Float32Array): (bytes: Uint8Array) => Float32Array {
  return (bytes) => {
    const numbers = new Float32Array(bytes.length);
    for (let index = 0; index < bytes.length; index++) {
      numbers[index] = table[bytes[index] as number] as number;
    }
    return numbers;
  };
}
