/** Streams of frames that no signature begins: those that begin in the middle of a frame, or behind zeros, text or tags. */
import type { ByteSource } from "../../bytes/source.ts";
import type { AdtsHeader } from "../../codecs/aac/adts-header.ts";
import type { Mp3FrameHeader } from "../../codecs/mp3/frame-header.ts";
import { ADTS_FRAMES } from "../adts/decode.ts";
import { mp3Frames } from "../mp3/frames.ts";
import { type FrameSyntax, goToFrames, isLoneFrame } from "./frame-search.ts";

type AnyHeader =
  | { readonly format: "adts"; readonly frameBytes: number; readonly adts: AdtsHeader }
  | { readonly format: "mp3"; readonly frameBytes: number; readonly mp3: Mp3FrameHeader };

/**
 * Goes to the first frames of MP3 or ADTS within 64 kB that others follow; null if there are none, and `source` stands
 * anywhere.
 * @param mayBeAlone whether one frame is enough that the file begins with and ends within or behind
 * @throws UndertoneError `clip-damaged` if there are more tags than any program writes.
 */
export async function findFrameStream(
  source: ByteSource,
  mayBeAlone: boolean,
): Promise<"adts" | "mp3" | null> {
  const syntax = eitherFrames();
  const first = mayBeAlone ? syntax.read(await source.peek(syntax.headerBytes), 0) : null;
  if (first !== null && (await isLoneFrame(source, first, syntax))) return first.format;
  const found = await goToFrames(source, syntax);
  return found?.format ?? null;
}

function eitherFrames(): FrameSyntax<AnyHeader> {
  const mp3 = mp3Frames();
  return {
    name: "a frame",
    headerBytes: Math.max(ADTS_FRAMES.headerBytes, mp3.headerBytes),
    read(bytes, start) {
      const adts = ADTS_FRAMES.read(bytes, start);
      if (adts !== null) return { format: "adts", frameBytes: adts.frameBytes, adts };
      const header = mp3.read(bytes, start);
      return header && { format: "mp3", frameBytes: header.frameBytes, mp3: header };
    },
    isSameStream(one, other) {
      if (one.format === "adts") {
        return other.format === "adts" && ADTS_FRAMES.isSameStream(one.adts, other.adts);
      }
      return other.format === "mp3" && mp3.isSameStream(one.mp3, other.mp3);
    },
  };
}
