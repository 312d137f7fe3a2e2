/** AMR files as phones and messengers leave them. */
import { joined, text } from "../../../../support/clips/bytes.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MAGIC_BYTES = 6;
/** Of 12.2 and 4.75 kbit/s, with their headers. */
const FAST_BYTES = 32;
const SLOW_BYTES = 13;
const FRAME_SECONDS = 0.02;
const FRAMES = 55;
const FAST = "amr-nb-12k2";
const SLOW = "amr-nb-4k75";

export const AMR_CLIPS: readonly FieldClip[] = [
  whole("zeros at its end", FAST, (file) => joined(file, new Uint8Array(100))),
  whole("a zero at its end", SLOW, (file) => joined(file, [0])),
  whole("a line feed at its end", SLOW, (file) => joined(file, text("\r\n"))),
  clipOf("two joined", FAST, (file) => joined(file, file), { seconds: 2 * FRAMES * FRAME_SECONDS }),
  clipOf(
    "two of different bit rates joined",
    SLOW,
    (file) => joined(file, readClip(`amr/${FAST}.amr`)),
    {
      seconds: 2 * FRAMES * FRAME_SECONDS,
    },
  ),
  clipOf(
    "something else in the middle",
    FAST,
    (file) => inMiddle(file, FAST_BYTES, new Uint8Array(300).fill(0x81)),
    { warnings: ["part-skipped"] },
  ),
  clipOf(
    "something else in the middle",
    SLOW,
    (file) => inMiddle(file, SLOW_BYTES, new Uint8Array(77).fill(0xfe)),
    { warnings: ["part-skipped"] },
  ),
  clipOf("ends in the middle of a frame", FAST, (file) => file.subarray(0, -5), {
    seconds: (FRAMES - 1) * FRAME_SECONDS,
    warnings: ["truncated"],
  }),
];

function clipOf(
  what: string,
  name: string,
  make: (file: Bytes) => Bytes,
  different: Partial<FieldClip>,
): FieldClip {
  return {
    name: `amr: ${what}, ${name}`,
    make: async () => make(readClip(`amr/${name}.amr`)),
    ...{ extension: "amr", container: "amr", codec: "amr_nb", sampleRateHz: 8_000, channels: 1 },
    ...{ seconds: FRAMES * FRAME_SECONDS, toleranceSeconds: 0, warnings: [] },
    ...different,
  };
}

function whole(what: string, name: string, make: (file: Bytes) => Bytes): FieldClip {
  return clipOf(what, name, make, { clean: async () => readClip(`amr/${name}.amr`) });
}

function inMiddle(file: Bytes, frameBytes: number, bytes: Bytes): Bytes {
  const middle = MAGIC_BYTES + 20 * frameBytes;
  return joined(file.subarray(0, middle), bytes, file.subarray(middle));
}
