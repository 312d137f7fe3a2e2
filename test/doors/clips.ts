/** Every clip, with what is right. */
import { join } from "node:path";
import { CLIPS } from "../../support/decoding/fixture-list.ts";
import { readClip } from "../../support/decoding/fixtures.ts";
import { FIELD_CLIPS } from "../support/clips/field/index.ts";
import { BROKEN_FILES, REFUSED_FILES, type Refusal } from "../support/clips/refused-files.ts";
import type { DoorClip } from "./door.ts";
import { type MeasuredClip, readMeasuredClips } from "./measured-clips.ts";

/** A clip and what every door has to say of it. */
export interface ReadClip extends DoorClip {
  readonly container: string;
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly seconds: number;
  /** How far from `seconds` an answer may be. */
  readonly toleranceSeconds: number;
  /** The codes of its warnings, in order. */
  readonly warnings: readonly string[];
}

const FIXTURES: readonly ReadClip[] = CLIPS.map((clip) => ({
  ...clip,
  name: clip.file,
  extension: extensionOf(clip.file),
  bytes: async () => readClip(clip.file),
  seconds: clip.samples / clip.sampleRateHz,
  toleranceSeconds: 0,
  warnings: [],
}));

const FROM_THE_FIELD: readonly ReadClip[] = FIELD_CLIPS.map((clip) => ({
  ...clip,
  bytes: () => clip.make(),
}));

export const READ_CLIPS: readonly ReadClip[] = [...FIXTURES, ...FROM_THE_FIELD];

/** Clips of the field that other programs have measured. */
export const MEASURED_CLIPS: readonly MeasuredClip[] = readMeasuredClips(
  join(import.meta.dirname, "../fixtures/clips/field"),
);

/** A clip that every door has to refuse. */
export interface RefusedClip extends DoorClip {
  readonly refusal: Refusal;
}

const REFUSED: readonly RefusedClip[] = REFUSED_FILES.map(([file, refusal]) => ({
  name: file,
  extension: extensionOf(file),
  bytes: async () => readClip(file),
  refusal,
}));

const BROKEN: readonly RefusedClip[] = BROKEN_FILES.map(([what, make, refusal]) => ({
  name: what,
  extension: "bin",
  bytes: async () => make(),
  refusal,
}));

export const REFUSED_CLIPS: readonly RefusedClip[] = [...REFUSED, ...BROKEN];

function extensionOf(file: string): string {
  return file.slice(file.lastIndexOf(".") + 1);
}
