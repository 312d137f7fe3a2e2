/** Reference decodings of test/fixtures/clips by other programs. */
import { join } from "node:path";
import { outputOf } from "../programs.ts";
import type { ClipFixture } from "./fixture-list.ts";

const FOLDER = join(import.meta.dirname, "../../test/fixtures/clips");
const QUIET = ["-hide_banner", "-loglevel", "error", "-nostdin"];
const FLOATS = ["-f", "f32le", "-c:a", "pcm_f32le", "-"];

/** The programs that decode a clip. */
export function referencePrograms({ reference, container }: ClipFixture): string[] {
  if (reference !== "sox") return ["ffmpeg"];
  return container === "amr" ? ["sox"] : ["ffmpeg", "sox"];
}

/** A clip's samples as its reference decoder has them: one array per channel, full scale ±1. */
export function decodeByReference(clip: ClipFixture): Float32Array[] {
  return deinterleave(floats(decode(clip)), clip.channels);
}

function decode({ file, container, reference, channels }: ClipFixture): Uint8Array {
  const path = join(FOLDER, file);
  switch (reference) {
    case "ffmpeg":
      return outputOf("ffmpeg", [
        ...[...QUIET, "-i", path, "-map", "0:a:0"],
        // It makes two equal channels of HE-AAC that could have parametric stereo.
        ...(channels === 1 ? ["-af", "pan=mono|c0=c0"] : []),
        ...FLOATS,
      ]);
    case "ffmpeg with libopus":
      return outputOf("ffmpeg", [
        ...[...QUIET, "-c:a", "libopus", "-request_sample_fmt", "flt", "-i", path],
        ...["-map", "0:a:0", ...FLOATS],
      ]);
    case "sox": {
      const taken = ["-i", path, "-c:a", "copy", "-f", "amr", "-"];
      const frames = container === "amr" ? undefined : outputOf("ffmpeg", [...QUIET, ...taken]);
      return outputOf("sox", ["-t", "amr-nb", frames ? "-" : path, "-t", "f32", "-"], frames);
    }
  }
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

function deinterleave(samples: Float32Array, channels: number): Float32Array[] {
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from(
      { length: samples.length / channels },
      (_, frame) => samples[frame * channels + channel] as number,
    ),
  );
}
