import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../src/audio/codecs/wasm/node.ts";
import { snrDb } from "../../../support/clips/agreement.ts";
import { decodeAll } from "../../../support/decoding/decode-all.ts";
import { needsPrograms, outputOf } from "../../../support/programs.ts";

/** Layouts that test/fixtures/clips has no room for, each written by ffmpeg and compared with what ffmpeg reads. */

const QUIET = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"];
const FLOATS = ["-map", "0:a:0", "-f", "f32le", "-c:a", "pcm_f32le", "-"];
const MIN_SNR_DB = 75;
const LIBOPUS = ["-c:a", "libopus", "-request_sample_fmt", "flt"];
const folder = mkdtempSync(join(tmpdir(), "undertone-variants-"));
const codecs = nodeCodecs();
beforeEach((context) => needsPrograms(context, "ffmpeg"));
afterAll(() => rmSync(folder, { recursive: true }));

const TWO = "wav/s24-48000-2.wav";
const SIX = "wav/s24-48000-6.wav";
const FRAMES = 7_680;

/** The file's name, the fixture it is made of, and ffmpeg's options. */
type Variant = readonly [name: string, source: string, options: readonly string[]];

function write([name, source, options]: Variant): string {
  const path = join(folder, name);
  const input = join(import.meta.dirname, "../../fixtures/clips", source);
  outputOf("ffmpeg", [...QUIET, "-i", input, ...options, path]);
  return path;
}

function decodeWithFfmpeg(path: string, channels: number, ...options: string[]): Float32Array[] {
  const bytes = outputOf("ffmpeg", [...QUIET, ...options, "-i", path, ...FLOATS]);
  const samples = new Float32Array(bytes.slice().buffer);
  return Array.from({ length: channels }, (_, channel) =>
    samples.filter((_, index) => index % channels === channel),
  );
}

const pcm = (ending: string, layouts: string): Variant[] =>
  layouts.split(" ").map((layout) => [`${layout}.${ending}`, TWO, ["-c:a", layout]]);
const ALAC = ["-c:a", "alac"];
const FLAC = ["-c:a", "flac", "-strict", "-2"];
const FLACS: readonly Variant[] = ["mp4", "mkv", "oga"].flatMap((ending): Variant[] => [
  [`flac.${ending}`, TWO, FLAC],
  [`flac-16.${ending}`, TWO, [...FLAC, "-sample_fmt", "s16"]],
  [`flac-six.${ending}`, SIX, FLAC],
  [`flac-short-blocks.${ending}`, TWO, [...FLAC, "-frame_size", "200"]],
  [`flac-96000.${ending}`, TWO, [...FLAC, "-ar", "96000"]],
]);
const FRAGMENTS = ["-movflags", "frag_keyframe+empty_moov"];

describe("lossless: every sample is ffmpeg's", () => {
  test.each<Variant>([
    ...pcm("mov", "pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be"),
    ...pcm("mov", "pcm_f32le pcm_f32be pcm_f64le pcm_f64be pcm_alaw pcm_mulaw"),
    ...pcm("mkv", "pcm_u8 pcm_s16be pcm_s24be pcm_s32le pcm_s32be pcm_f64le"),
    ["version-2.mov", TWO, ["-ar", "96000", "-c:a", "pcm_s24be"]],
    ["index-first.mov", TWO, ["-c:a", "pcm_s16le", "-movflags", "+faststart"]],
    ["fragments.mov", TWO, ["-c:a", "pcm_s16le", ...FRAGMENTS]],
    ["quicktime.mov", TWO, ALAC],
    ["matroska.mka", TWO, ALAC],
    ...FLACS,
    ["six-channels.m4a", SIX, [...ALAC, "-sample_fmt", "s16p"]],
    ["six-channels-24.m4a", SIX, [...ALAC, "-sample_fmt", "s32p"]],
    ["five-channels.m4a", SIX, [...ALAC, "-af", "pan=5.0|c0=c0|c1=c1|c2=c2|c3=c4|c4=c5"]],
    ["alac-24-96.m4a", TWO, [...ALAC, "-ar", "96000", "-sample_fmt", "s32p"]],
    ["mono.m4a", SIX, [...ALAC, "-af", "pan=mono|c0=c0"]],
    ["fragments.m4a", TWO, [...ALAC, ...FRAGMENTS]],
    ["flac-fragments.mp4", TWO, [...FLAC, ...FRAGMENTS]],
  ])("%s", async (...variant) => {
    const path = write(variant);
    const { channels, damaged } = await decodeAll(read(path), { codecs });
    expect(damaged).toBe(false);
    for (const [index, expected] of decodeWithFfmpeg(path, channels.length).entries()) {
      const actual = channels[index] as Float32Array;
      expect(actual).toHaveLength(expected.length);
      expect(actual.findIndex((sample, at) => sample !== expected[at])).toBe(-1);
    }
  });
});

const AAC = ["-c:a", "aac", "-aac_pns", "0"];
const MP3 = ["-c:a", "libmp3lame", "-b:a", "96k"];
const OPUS = ["-c:a", "libopus"];
const PICTURES = [
  ...["-f", "lavfi", "-i", "testsrc=size=32x32:rate=25:duration=0.16"],
  ...["-g", "2", "-c:v", "libx264", "-preset", "ultrafast"],
];
/** What ffmpeg's AAC encoder puts before the sound; ffmpeg leaves it where a file is in fragments. */
const PRIMING = 1_024;

describe("lossy: the samples are ffmpeg's, and as many as were encoded", () => {
  test.each<readonly [heard: number, dropped: number, ...Variant]>([
    [0, 0, "version-1.mov", TWO, AAC],
    [0, 0, "pictures-last.mp4", TWO, [...PICTURES, ...AAC]],
    [0, 0, "pictures-first.mp4", TWO, [...PICTURES, ...AAC, "-movflags", "+faststart"]],
    [PRIMING, 0, "fragments.mp4", TWO, [...AAC, ...FRAGMENTS]],
    [PRIMING, 0, "short-fragments.mp4", TWO, [...AAC, ...FRAGMENTS, "-frag_size", "500"]],
    [
      PRIMING,
      0,
      "base-is-moof.mp4",
      TWO,
      [...AAC, ...FRAGMENTS, "-movflags", "+default_base_moof"],
    ],
    [0, PRIMING, "dash.mp4", TWO, [...AAC, "-movflags", "+dash+delay_moov+global_sidx"]],
    [PRIMING, 0, "pictures.mp4", TWO, [...PICTURES, ...AAC, ...FRAGMENTS]],
    [
      PRIMING,
      0,
      "table-then-fragments.mp4",
      TWO,
      [...AAC, "-movflags", "frag_keyframe", "-frag_size", "900"],
    ],
    [0, 0, "mp3.mp4", TWO, MP3],
    [0, 0, "mp3.mov", TWO, MP3],
    [0, 0, "six-channels.mp4", SIX, [...OPUS, "-mapping_family", "1"]],
    [0, 0, "six-channels.webm", SIX, [...OPUS, "-mapping_family", "1"]],
    [0, 0, "short-clusters.mkv", TWO, [...OPUS, "-cluster_time_limit", "20"]],
    [0, 0, "live.mkv", TWO, [...OPUS, "-f", "matroska", "-live", "1"]],
  ])(
    "behind %i samples of priming, and %i that are dropped: %s",
    async (heard, dropped, name, source, options) => {
      const path = write([name, source, options]);
      const { channels, damaged } = await decodeAll(read(path), { codecs });
      expect(damaged).toBe(false);
      expect(channels[0]).toHaveLength(heard + FRAMES);
      const decoder = options.includes("libopus") ? LIBOPUS : [];
      for (const [index, all] of decodeWithFfmpeg(path, channels.length, ...decoder).entries()) {
        const expected = all.slice(dropped, dropped + heard + FRAMES);
        const actual = channels[index] as Float32Array;
        expect(snrDb(actual, expected), `channel ${index}`).toBeGreaterThanOrEqual(MIN_SNR_DB);
      }
    },
  );

  test("without an edit list, AAC's priming is heard", async () => {
    const path = write(["no-edits.m4a", TWO, [...AAC, "-use_editlist", "0"]]);
    const { channels } = await decodeAll(read(path), { codecs });
    const [left] = channels as [Float32Array];
    const [expected] = decodeWithFfmpeg(path, 2) as [Float32Array];
    expect(left).toHaveLength(expected.length);
    expect(snrDb(left, expected)).toBeGreaterThanOrEqual(MIN_SNR_DB);
  });

  test("AAC in Matroska has its priming heard too", async () => {
    const path = write(["primed.mka", TWO, AAC]);
    const { channels } = await decodeAll(read(path), { codecs });
    const [left] = channels as [Float32Array];
    const [expected] = decodeWithFfmpeg(path, 2) as [Float32Array];
    expect(left).toHaveLength(expected.length);
    expect(snrDb(left, expected)).toBeGreaterThanOrEqual(MIN_SNR_DB);
  });
});

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
