/** Our AAC decoder against ffmpeg's on every AAC clip of the tests, at the clip's rate and at 16 kHz. */
import { mixToMono } from "../../src/audio/mix.ts";
import { MODEL_SAMPLE_RATE_HZ } from "../../src/audio/resample/filter.ts";
import { resample } from "../../src/audio/resample/resample.ts";
import { snrDb } from "../../support/clips/agreement.ts";
import { decodeAll } from "../../support/decoding/decode-all.ts";
import { CLIPS, type ClipFixture } from "../../support/decoding/fixture-list.ts";
import { readClip } from "../../support/decoding/fixtures.ts";
import { decodeByReference } from "../../support/decoding/reference.ts";
import { markdownTable } from "../table.ts";
import { type Band, likeness } from "./spectra.ts";

/** At 16 kHz, what HE-AAC at low bit rates replicates. */
const REPLICATED: Band = [5_500, 7_900];
const TARGETS = { snrDb: 100, correlation: 0.999, differenceDb: 0.05 };

/** The table of all clips. */
export async function aacTable(): Promise<string> {
  const rows: string[][] = [];
  for (const clip of CLIPS) {
    if (clip.codec === "aac") rows.push(await rowOf(clip));
  }
  const header = ["clip", "seconds: ours, ffmpeg's", "SNR (dB)", "SNR at 16 kHz (dB)"];
  const band = "magnitudes of 5.5 to 7.9 kHz: correlation, level (dB)";
  return markdownTable([...header, band, ""], rows);
}

async function rowOf(clip: ClipFixture): Promise<string[]> {
  const { sampleRateHz } = clip;
  const { channels: ours } = await decodeAll(readClip(clip.file));
  const reference = decodeByReference(clip);
  const seconds = ([samples]: readonly Float32Array[]) =>
    ((samples?.length ?? 0) / sampleRateHz).toFixed(3);
  // ffmpeg gives more at the end of a file whose edit list ends before.
  const theirs = reference.map((samples) => samples.subarray(0, ours[0]?.length));
  const snr = Math.min(
    ...ours.map((samples, index) => snrDb(samples, theirs[index] as Float32Array)),
  );
  const atModelRate = (channels: readonly Float32Array[]) =>
    resample(mixToMono(channels), sampleRateHz);
  const [mono, theirMono] = [atModelRate(ours), atModelRate(theirs)];
  const monoSnr = snrDb(mono, theirMono);
  const { correlation, differenceDb } = likeness(mono, theirMono, MODEL_SAMPLE_RATE_HZ, REPLICATED);
  const isNear = Math.min(snr, monoSnr) >= TARGETS.snrDb;
  const isAlike =
    correlation >= TARGETS.correlation && Math.abs(differenceDb) <= TARGETS.differenceDb;
  return [
    clip.file,
    `${seconds(ours)}, ${seconds(reference)}`,
    snr.toFixed(0),
    monoSnr.toFixed(0),
    `${correlation.toFixed(6)}, ${Math.abs(differenceDb).toFixed(3)}`,
    isNear && isAlike ? "pass" : "miss",
  ];
}
