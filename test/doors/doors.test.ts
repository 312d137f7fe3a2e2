import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { askDoors, isMissing, type Outcomes } from "./ask.ts";
import { MEASURED_CLIPS, READ_CLIPS, REFUSED_CLIPS, type ReadClip } from "./clips.ts";
import type { ClipAnswer, ClipRefusal, Outcome } from "./door.ts";
import { DOORS } from "./doors.ts";
import { faultsOf } from "./measured-clips.ts";

const SAMPLE_RATE_HZ = 16_000;
const RECEPTIVE_FIELD_SAMPLES = 400;
const HOP_SAMPLES = 320;
/** For all doors: a machine may have others to serve. */
const TIMEOUT_MS = 1_200_000;
const ROUNDING_SECONDS = 1e-9;

const CLIPS = [...READ_CLIPS, ...MEASURED_CLIPS, ...REFUSED_CLIPS];

let asked: Promise<Outcomes>[];
beforeAll(() => {
  asked = askDoors(DOORS, CLIPS);
});

test("every clip has a name of its own", () => {
  expect(new Set(CLIPS.map(({ name }) => name)).size).toBe(CLIPS.length);
});

describe.each(DOORS.map((door, index) => ({ ...door, index })))("through $name", (door) => {
  let outcomes: Outcomes;
  let others: Outcomes;
  beforeAll(async () => {
    outcomes = await (asked[door.index] as Promise<Outcomes>);
    others = await (asked[0] as Promise<Outcomes>);
  }, TIMEOUT_MS);
  beforeEach(({ skip }) => {
    if (isMissing(door)) skip(door.missing ?? "");
  });

  test.each(READ_CLIPS)("$name is read as through all others", (clip) => {
    const outcome = outcomes.get(clip.name) as Outcome;
    expectRead(clip, outcome);
    expect(outcome).toEqual(others.get(clip.name));
  });

  test.each(MEASURED_CLIPS)("$name is as long as other programs find it", (clip) => {
    const outcome = outcomes.get(clip.name) as Outcome;
    expect(faultsOf(clip, outcome)).toEqual([]);
    expect(outcome).toEqual(others.get(clip.name));
  });

  test.each(REFUSED_CLIPS)("$name is refused as through all others", (clip) => {
    const { slug, detail } = outcomes.get(clip.name) as ClipRefusal;
    expect(slug).toBe(clip.refusal.slug);
    expect(detail).toMatch(clip.refusal.detail ?? /./);
    // Doors have limits of their own.
    if (slug !== "clip-too-long") expect({ slug, detail }).toEqual(others.get(clip.name));
  });
});

function expectRead(clip: ReadClip, outcome: Outcome): void {
  expect(outcome).toMatchObject({
    audio: {
      container: clip.container,
      codec: clip.codec,
      sample_rate_hz: clip.sampleRateHz,
      channels: clip.channels,
    },
  });
  const { audio, frames } = outcome as ClipAnswer;
  expect(audio.warnings.map(({ code }) => code)).toEqual(clip.warnings);
  const differenceSeconds = Math.abs(audio.seconds - clip.seconds);
  expect(differenceSeconds).toBeLessThanOrEqual(clip.toleranceSeconds + ROUNDING_SECONDS);
  expect(frames).toBe(framesOf(audio.seconds));
}

/** How many windows of 25 ms, 20 ms apart, WavLM's convolutions find in a clip (arXiv:2110.13900, §3.1). */
function framesOf(seconds: number): number {
  const samples = Math.round(seconds * SAMPLE_RATE_HZ);
  return Math.floor((samples - RECEPTIVE_FIELD_SAMPLES) / HOP_SAMPLES) + 1;
}
