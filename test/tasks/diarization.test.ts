import { beforeAll, describe, expect, it } from "vitest";
import { WHOLE_CLIP } from "../../src/audio/clip.ts";
import { headOf } from "../../src/model/heads/head.ts";
import { joinSpeakers } from "../../src/model/heads/parts.ts";
import type { Matrix } from "../../src/model/matrix.ts";
import type { PackManifest } from "../../src/model/pack/manifest.ts";
import type { XVectors } from "../../src/model/pack/xvectors.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { diarizationTask } from "../../src/tasks/diarization.ts";
import type { AnsweredClip } from "../../src/tasks/task.ts";
import { voicesOfClip } from "../../src/tasks/voices.ts";
import { installGolden, nodeRegistry } from "../../support/packs/tiny-pack.ts";

const HOP = 320;
/** Who speaks, a second each: somebody who hums, nobody, or somebody who hisses. */
const SECONDS = "hh.ss......ss.hh.";
const WINDOWS = [
  { firstFrame: 0, keepFirst: 0, keepCount: 400, labels: "hs" },
  // It begins in silence, and has found the other speaker first.
  { firstFrame: 300, keepFirst: 100, keepCount: 450, labels: "sh" },
];
const MANIFEST = {
  id: "diarizer",
  heads: [{ kind: "frame-classification", labels: ["speaker_0", "speaker_1"] }],
} as unknown as PackManifest;

let xvectors: XVectors;
let samples: Float32Array;
beforeAll(async () => {
  const store = memoryStore();
  const engine = await nodeRegistry(store).open(await installGolden(store, "tiny-xvector", "q8"));
  const head = headOf(engine.manifest, "xvector");
  if (head === undefined) throw new Error("tiny-xvector has no head");
  xvectors = { engine, head, cosine: 0.99 };
  let seed = 1;
  samples = Float32Array.from({ length: SECONDS.length * 16_000 + 80 }, (_, at) => {
    seed = (seed * 48_271) % 2_147_483_647;
    const speaker = SECONDS[Math.floor(at / 16_000)];
    if (speaker === "h") return 0.4 * Math.sin((2 * Math.PI * 150 * at) / 16_000);
    return speaker === "s" ? 0.3 * (seed / 1_073_741_824 - 1) : 0;
  });
});

/** The logits that a head without fault gives of frames of the clip. */
function logitsOf(firstFrame: number, rows: number, labels: string): Matrix {
  const data = Float32Array.from({ length: 2 * rows }, (_, at) => {
    const second = Math.floor((firstFrame + Math.floor(at / 2)) / 50);
    return SECONDS[second] === labels[at % 2] ? 4 : -4;
  });
  return { rows, columns: 2, data };
}

/** The clip as an engine gives it, whose windows have four seconds of silence in common. */
function clip(): AnsweredClip {
  const parts = WINDOWS.map(({ labels, ...place }) => {
    const rows = place.keepFirst + place.keepCount + (place.firstFrame === 0 ? 100 : 0);
    return { kind: "logits" as const, logits: logitsOf(place.firstFrame, rows, labels), ...place };
  });
  const windowFrames = WINDOWS.map(({ keepCount }) => keepCount);
  const head = { logits: joinSpeakers(parts), embedding: null };
  return {
    ...{ frames: 850, windows: 2, frameStrideSeconds: 0.02, audio: WHOLE_CLIP },
    result: { head, windowFrames },
  } as unknown as AnsweredClip;
}

async function whoSpeaks(given: AnsweredClip) {
  const { segments, windows_matched_by } = await diarizationTask.answer(given, MANIFEST, {}, null);
  const spans = segments.map(({ speaker, start, end }) => `${speaker} ${start}-${end}`);
  return { windows_matched_by, spans };
}

describe("speakers of two windows that have only silence in common", () => {
  it("change places where overlap alone matches them", async () => {
    expect(await whoSpeaks(clip())).toEqual({
      windows_matched_by: "overlap",
      spans: ["speaker_0 0-2", "speaker_1 3-5", "speaker_0 11-13", "speaker_1 14-16"],
    });
  });

  it("keep theirs where an x-vector pack tells them apart", async () => {
    const given = clip();
    const logits = given.result.head?.logits as Matrix;
    const { windowFrames } = given.result;
    const run = { threshold: 0.5 };
    const voices = await voicesOfClip({ logits, windowFrames }, samples, xvectors, run);
    expect(await whoSpeaks({ ...given, voices })).toEqual({
      windows_matched_by: "embeddings",
      spans: ["speaker_0 0-2", "speaker_1 3-5", "speaker_1 11-13", "speaker_0 14-16"],
    });
  });

  it("have a third one with them if no two voices are alike enough", async () => {
    const given = clip();
    const voice = (...numbers: number[]) => Float32Array.from(numbers);
    const voices = {
      cosine: 0.9,
      ofWindows: [
        [voice(1, 0, 0), voice(0, 1, 0)],
        [voice(0, 0, 1), voice(1, 0, 0)],
      ],
    };
    const answer = await diarizationTask.answer(
      { ...given, voices },
      MANIFEST,
      { probabilities: true },
      null,
    );
    expect(answer.speakers).toEqual(["speaker_0", "speaker_1", "speaker_2"]);
    expect(answer.segments.map(({ speaker }) => speaker)).toEqual([
      "speaker_0",
      "speaker_1",
      "speaker_2",
      "speaker_0",
    ]);
    expect(answer.probabilities?.[600]).toEqual([0.017986, 0, 0.982014]);
  });

  it("have no voice where they say less than a second alone", async () => {
    const logits = logitsOf(0, 400, "hs");
    const short = {
      ...logits,
      rows: 400,
      data: logits.data.map((logit, at) => (at % 2 === 0 && at >= 98 ? -4 : logit)),
    };
    const { ofWindows } = await voicesOfClip(
      { logits: short, windowFrames: [400] },
      samples.subarray(0, 400 * HOP),
      xvectors,
      { threshold: 0.5 },
    );
    expect(ofWindows[0]?.map((voice) => voice?.length ?? null)).toEqual([
      null,
      xvectors.head.embeddingSize,
    ]);
  });
});
