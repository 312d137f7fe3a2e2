/** AMR files (RFC 4867 §5): narrow band, one channel. */
import { UndertoneError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { amrFrameBytes } from "../codecs/amr.ts";
import type { ClipDecoder } from "../decoder.ts";
import { amrTrack } from "./amr-track.ts";
import { type Packet, WHOLE } from "./audio-track.ts";
import { cutShort, damaged } from "./broken-file.ts";
import { decodePackets } from "./decode-packets.ts";

const NARROW_BAND = "#!AMR\n";
/** The other kinds of AMR file, by how they begin. */
const UNREAD = [
  ["#!AMR-WB", "AMR wide band (AMR-WB)"],
  ["#!AMR_MC1.0\n", "AMR of several channels"],
] as const;

/** Decodes an AMR narrow-band file; AMR-WB and files of several channels are refused by name. */
export const decodeAmr: ClipDecoder = async function* (source, context) {
  await requireNarrowBand(source);
  const packets = readFrames(source);
  yield* decodePackets({ container: "amr", track: amrTrack(), windows: WHOLE, packets }, context);
};

async function requireNarrowBand(source: ByteSource): Promise<void> {
  const start = String.fromCharCode(...(await source.peek(12)));
  for (const [magic, name] of UNREAD) {
    if (start.startsWith(magic)) throw unread(name);
  }
  if (NARROW_BAND.startsWith(start)) throw cutShort("before its first frame");
  if (!start.startsWith(NARROW_BAND)) throw damaged("it has no AMR header");
  await source.skip(NARROW_BAND.length);
}

async function* readFrames(source: ByteSource): AsyncGenerator<Packet> {
  for (;;) {
    const [header] = await source.peek(1);
    if (header === undefined) return;
    const frameBytes = amrFrameBytes(header);
    if (frameBytes === null) throw damaged("a frame has no valid header");
    const bytes = await source.read(frameBytes);
    if (bytes.length < frameBytes) throw cutShort("within a frame");
    yield { bytes, discardSeconds: 0 };
  }
}

function unread(name: string): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The clip is ${name}, and of AMR the narrow band with one channel is read; convert it, for example with: ffmpeg -i in.awb -c:a pcm_s16le out.wav`,
    { codec: name },
  );
}
