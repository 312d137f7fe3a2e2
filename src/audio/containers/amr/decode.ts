/** AMR files (RFC 4867 §5): narrow band, one channel. */
import { UndertoneError } from "../../../errors.ts";
import type { ByteSource } from "../../bytes/source.ts";
import type { ClipDecoder } from "../../decoder.ts";
import { cutShort, damaged } from "../../faults.ts";
import { decodePackets } from "../packets/decode.ts";
import { amrTrack } from "../tracks/amr.ts";
import { WHOLE } from "../tracks/track.ts";
import { readAmrFrames } from "./frames.ts";

/** The signature of narrow-band files. */
const NARROW_BAND = "#!AMR\n";
/** The other kinds of AMR file, by how they begin. */
const UNREAD = [
  ["#!AMR-WB", "AMR wide band (AMR-WB)"],
  ["#!AMR_MC1.0\n", "AMR of several channels"],
] as const;

/** Decodes an AMR narrow-band file; AMR-WB and files of several channels are refused by name. */
export const decodeAmr: ClipDecoder = async function* (source, context) {
  await requireNarrowBand(source);
  const packets = readAmrFrames(source);
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

function unread(name: string): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The clip is ${name}, and of AMR the narrow band with one channel is read; convert it, for example with: ffmpeg -i in.awb -c:a pcm_s16le out.wav`,
    { codec: name },
  );
}
