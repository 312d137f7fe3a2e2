/** MPEG audio layers I to III (ISO/IEC 11172-3, 13818-3, MPEG 2.5) → samples, by mpg123. */
import { PIECE_BYTES } from "../byte-source.ts";
import { damaged } from "../containers/broken-file.ts";
import { type CodecBinding, instantiateCodec } from "./codec-instance.ts";
import type { CodecModules } from "./codec-modules.ts";

const BINDING = {
  codec: "mpg123",
  memory: "k",
  initialise: "l",
  functions: { allocate: "m", create: "p", feed: "q", read: "r" },
  imports: {
    a: "abort",
    b: "nothing",
    c: "abort",
    d: "nothing",
    e: "growHeap",
    f: "discardOutput",
    g: "unsupported",
    h: "unsupported",
    i: "unsupported",
    j: "unsupported",
  },
} as const satisfies CodecBinding;

/** Samples of two channels, mono as two that are equal. */
export interface StereoBlock {
  readonly left: Float32Array<ArrayBuffer>;
  readonly right: Float32Array<ArrayBuffer>;
  readonly sampleRateHz: number;
}

/** One stream's decoder. It finds frames by itself, past bytes that are none, and drops the encoder's delay and padding. */
export interface Mpg123 {
  /** Takes the next piece of at most `PIECE_BYTES` and decodes, as far as the caller goes on, what is complete by now. */
  decode(bytes: Uint8Array): Generator<StereoBlock>;
  /** Gives back what the decoder holds, which decodes nothing after it; more calls do nothing. */
  free(): void;
}

/** As many as the binding's own JavaScript makes room for. */
const OUTPUT_VALUES = 2_889 * 16 * 2;
const POINTER_BYTES = 4;
const GAPLESS = 1;
const OK = 0;
const NEED_MORE = -10;
const NEW_FORMAT = -11;
/** Reads in a row that give nothing, after which nothing is expected of the bytes so far. */
const MOST_EMPTY_READS = 16;

/** @throws UndertoneError `unsupported-codec` if this build leaves MP3 out. */
export async function createMpg123(codecs: CodecModules): Promise<Mpg123> {
  const instance = await instantiateCodec(BINDING, codecs);
  const { call, write, uint32, writeUint32, float32s } = instance;
  const input = call.allocate(PIECE_BYTES);
  const output = call.allocate(OUTPUT_VALUES * Float32Array.BYTES_PER_ELEMENT);
  const [handle, frames, sampleRate, error] = Array.from({ length: 4 }, () =>
    call.allocate(POINTER_BYTES),
  ) as [number, number, number, number];
  if (call.create(handle, GAPLESS) !== OK) throw damaged("its decoder could not be set up");
  const decoder = uint32(handle);
  let sampleRateHz = 0;

  return {
    *decode(bytes) {
      write(input, bytes);
      let status = call.feed(decoder, input, bytes.length);
      let emptyReads = 0;
      while (status === OK || status === NEW_FORMAT) {
        writeUint32(frames, 0);
        status = call.read(decoder, output, OUTPUT_VALUES, frames, sampleRate, error);
        const count = uint32(frames);
        // With the news of another format come the last samples of the one before.
        const isBefore = status === NEW_FORMAT && sampleRateHz !== 0;
        const blockRateHz = isBefore ? sampleRateHz : uint32(sampleRate);
        sampleRateHz = uint32(sampleRate);
        emptyReads = count === 0 ? emptyReads + 1 : 0;
        if (emptyReads > MOST_EMPTY_READS) throw damaged("its MP3 frames give no sound");
        if (count === 0) continue;
        const right = output + count * Float32Array.BYTES_PER_ELEMENT;
        yield {
          left: float32s(output, count),
          right: float32s(right, count),
          sampleRateHz: blockRateHz,
        };
      }
      if (status !== NEED_MORE) throw damaged("its MP3 frames cannot be decoded");
    },
    free: instance.release,
  };
}
