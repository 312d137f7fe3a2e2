/** A clip's bytes, of whatever format → its samples. */
import { UndertoneError } from "../errors.ts";
import type { ClipLimits, DecodedClip } from "./clip.ts";
import { type ClipFormat, FORMAT_NAMES, sniffFormat } from "./sniff.ts";
import { sniffText } from "./sniff-text.ts";
import { decodeWav } from "./wav.ts";

/** Decodes a whole file of one format and checks its limits before it converts samples. */
export type ClipDecoder = (bytes: Uint8Array, limits: ClipLimits) => DecodedClip;

const DECODERS: Partial<Record<ClipFormat, ClipDecoder>> = {
  wav: decodeWav,
};

/**
 * Decodes a clip, told by its bytes alone.
 * @returns one array per channel at the clip's own sample rate, full scale ±1.
 * @throws UndertoneError `empty-body`, `not-audio`, `unsupported-codec`, and what the format's decoder throws.
 */
export function decodeClip(bytes: Uint8Array, limits: ClipLimits): DecodedClip {
  if (bytes.length === 0) {
    throw new UndertoneError("empty-body", "There are no bytes to decode; send an audio file.");
  }
  const format = sniffFormat(bytes);
  if (format === null) throw notAudio(bytes);
  const decode = DECODERS[format];
  if (decode === undefined) throw unsupportedFormat(format);
  return decode(bytes, limits);
}

function acceptedFormats(): string[] {
  return (Object.keys(DECODERS) as ClipFormat[]).map((format) => FORMAT_NAMES[format]);
}

function notAudio(bytes: Uint8Array): UndertoneError {
  const text = sniffText(bytes);
  const problem =
    text === null ? "is not a recognised audio file" : `looks like ${text}, not like audio`;
  return new UndertoneError(
    "not-audio",
    `What was sent ${problem}; accepted: ${acceptedFormats().join(", ")}.`,
    { accepted: acceptedFormats() },
  );
}

function unsupportedFormat(format: ClipFormat): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The clip is ${FORMAT_NAMES[format]}, and this version reads ${acceptedFormats().join(", ")}; convert it, for example with: ffmpeg -i in -c:a pcm_s16le out.wav`,
    { format, accepted: acceptedFormats() },
  );
}
