/** Clips of a folder whose lengths other programs have measured. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { z } from "zod";
import type { ClipAnswer, DoorClip, Outcome } from "./door.ts";

/** A clip, and how long it is by other programs. */
export interface MeasuredClip extends DoorClip {
  readonly what: string;
  readonly seconds: number;
  /** Null where that was not measured. */
  readonly frames: number | null;
}

/** What encoders pad, and what programs disagree about. */
const TOLERANCE_FRAMES = 2;
const FRAME_SECONDS = 0.02;

/** `expected.json` of such a folder, by file. */
const ExpectedSchema = z.record(
  z.string(),
  z.object({ what: z.string(), seconds: z.number(), frames: z.number().nullable().default(null) }),
);

/**
 * The clips that a folder's `expected.json` names.
 * @throws Error if it has none, or one of another form.
 */
export function readMeasuredClips(folder: string): MeasuredClip[] {
  const expected = ExpectedSchema.parse(
    JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")),
  );
  return Object.entries(expected).map(([file, measured]) => ({
    ...measured,
    name: file,
    extension: extname(file).slice(1),
    bytes: async () => new Uint8Array(await readFile(join(folder, file))),
  }));
}

/** What is wrong with an answer, in words; none if it is right. */
export function faultsOf(clip: MeasuredClip, outcome: Outcome): string[] {
  if ("slug" in outcome) return [`${outcome.slug}: ${outcome.detail}`];
  const { audio, frames }: ClipAnswer = outcome;
  const faults: string[] = [];
  if (Math.abs(audio.seconds - clip.seconds) > TOLERANCE_FRAMES * FRAME_SECONDS) {
    faults.push(`${audio.seconds} s instead of ${clip.seconds}`);
  }
  if (clip.frames !== null && Math.abs(frames - clip.frames) > TOLERANCE_FRAMES) {
    faults.push(`${frames} frames instead of ${clip.frames}`);
  }
  if (audio.warnings.some(({ code }) => code === "truncated")) faults.push("called truncated");
  return faults;
}
