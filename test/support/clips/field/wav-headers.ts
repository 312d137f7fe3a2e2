/** WAV files whose headers contradict themselves, as Recorder.js and its forks, RecordRTC, Flutter recorders and others write them. */
import type { FieldClip } from "./field-clip.ts";
import { cleanWav, SOUNDS, type Sound, soundClip } from "./sounds.ts";

const AT = { riffBytes: 4, bytesPerSecond: 28, frameBytes: 32, dataBytes: 40 };
const HEADER_BYTES = 44;

/** Fields of the header as they should be. */
interface Fields {
  readonly riffBytes: number;
  readonly dataBytes: number;
  readonly bytesPerSecond: number;
  readonly frameBytes: number;
}

/** What is wrong with them, given what is right. */
type Fault = (right: Fields) => Partial<Fields>;

const sizes = (riffBytes: number, dataBytes: number) => () => ({ riffBytes, dataBytes });

const FAULTS: readonly (readonly [what: string, fault: Fault, sound: Sound])[] = [
  ["nothing wrong at the lowest rate", () => ({}), SOUNDS.lowest],
  ["nothing wrong at the highest rate", () => ({}), SOUNDS.highest],
  ["RIFF size 4 too small", riff(-4), SOUNDS.stereo],
  ["RIFF size 8 too small", riff(-8), SOUNDS.telephone],
  ["RIFF size 16 too small", riff(-16), SOUNDS.browser],
  ["RIFF size the data size", riff(-36), SOUNDS.stereo],
  ["RIFF size that of the file", riff(8), SOUNDS.voice],
  ["RIFF size 36", () => ({ riffBytes: 36 }), SOUNDS.voice],
  ["RIFF size 0", () => ({ riffBytes: 0 }), SOUNDS.browser],
  ["RIFF size far too large", () => ({ riffBytes: 400_000_000 }), SOUNDS.voice],
  ["sizes 0x7fffffff", sizes(0x7fffffff, 0x7fffffff), SOUNDS.studio],
  ["sizes 0x7ffff000", sizes(0x7ffff024, 0x7ffff000), SOUNDS.telephone],
  ["sizes 0x80000000", sizes(0x80000024, 0x80000000), SOUNDS.surround],
  ["sizes 0xffffffff", sizes(0xffffffff, 0xffffffff), SOUNDS.voice],
  ["sizes 2·10⁹", sizes(2_000_000_000, 2_000_000_000 - 36), SOUNDS.stereo],
  ["data size 2·10⁹", () => ({ dataBytes: 2_000_000_000 }), SOUNDS.archive],
  ["data size 0x7fffffff", () => ({ dataBytes: 0x7fffffff }), SOUNDS.telephone],
  ["sizes 0", sizes(0, 0), SOUNDS.voice],
  ["RIFF size 36, data size 0", sizes(36, 0), SOUNDS.telephone],
  ["data size 0", () => ({ dataBytes: 0 }), SOUNDS.telephone],
  ["data size doubled", data(2, 0), SOUNDS.surround],
  ["data size 44 too large", data(1, 44), SOUNDS.stereo],
  ["data size 8 too large", data(1, 8), SOUNDS.voice],
  ["data size in bits", data(8, 0), SOUNDS.browser],
  ["byte rate doubled", rate(2), SOUNDS.studio],
  ["byte rate halved", rate(0.5), SOUNDS.stereo],
  ["byte rate 0", rate(0), SOUNDS.archive],
  ["block align 1", align(1), SOUNDS.browser],
  ["block align 2", align(2), SOUNDS.telephone],
  ["block align 4", align(4), SOUNDS.voice],
  ["block align 0", align(0), SOUNDS.archive],
  ["byte rate and block align 0", both(rate(0), align(0)), SOUNDS.stereo],
  ["RIFF size 4 too small, data size doubled", both(riff(-4), data(2, 0)), SOUNDS.voice],
  [
    "RIFF size 8 too small, byte rate doubled, block align 1",
    both(riff(-8), both(rate(2), align(1))),
    SOUNDS.stereo,
  ],
];

/** All of them are whole, to the last bit. */
export const WAV_HEADER_CLIPS: readonly FieldClip[] = FAULTS.map(([what, fault, sound]) =>
  soundClip(what, sound, { make: async () => withFields(cleanWav(sound), fault) }),
);

/** The file with its header's faults. */
function withFields(bytes: Uint8Array<ArrayBuffer>, fault: Fault): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  const fields = fault({
    riffBytes: bytes.length - 8,
    dataBytes: bytes.length - HEADER_BYTES,
    bytesPerSecond: view.getUint32(AT.bytesPerSecond, true),
    frameBytes: view.getUint16(AT.frameBytes, true),
  });
  for (const [name, value] of Object.entries(fields) as [keyof Fields, number][]) {
    if (name === "frameBytes") view.setUint16(AT[name], value, true);
    else view.setUint32(AT[name], value, true);
  }
  return bytes;
}

function riff(more: number): Fault {
  return ({ riffBytes }) => ({ riffBytes: riffBytes + more });
}

function data(factor: number, more: number): Fault {
  return ({ dataBytes }) => ({ dataBytes: factor * dataBytes + more });
}

function rate(factor: number): Fault {
  return ({ bytesPerSecond }) => ({ bytesPerSecond: factor * bytesPerSecond });
}

function align(frameBytes: number): Fault {
  return () => ({ frameBytes });
}

function both(one: Fault, other: Fault): Fault {
  return (right) => ({ ...one(right), ...other(right) });
}
