import { beforeAll, describe, expect, test } from "vitest";
import { wordErrorRate, wordErrors } from "../../../src/model/accuracy/word-error.ts";
import { openSafetensors } from "../../../src/model/checkpoint/safetensors/file.ts";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import { decodeLogits } from "../../../src/model/heads/ctc/decode.ts";
import type { HeadOf } from "../../../src/model/heads/head.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { GOLDEN_TOLERANCE, largestDifference } from "../../../support/packs/golden.ts";
import {
  CLEAR_CLIPS,
  installSpokenWords,
  readSpokenClip,
  SPOKEN_CLIPS,
  SPOKEN_GOLDEN,
} from "../../../support/packs/spoken-words.ts";
import { AMPLE_LIMITS, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { prepare } from "../../support/clips/prepared.ts";

async function openSpokenWords(
  precision: "fp32" | "q8" | "q8a",
  limits = AMPLE_LIMITS,
): Promise<Engine> {
  const store = memoryStore();
  await installSpokenWords(store, precision);
  return nodeRegistry(store, "", limits).open();
}

async function logitsOf(engine: Engine, file: string) {
  const { samples } = await prepare(await readSpokenClip(file));
  const head = engine.manifest.heads[0] as HeadOf<"ctc">;
  const { head: output } = await engine.run(samples, headTaps(head));
  if (output === null) throw new Error("no head was run");
  return { head, logits: output.logits };
}

async function transcriptOf(engine: Engine, file: string) {
  const { head, logits } = await logitsOf(engine, file);
  return decodeLogits(logits, head, { decoder: "greedy" });
}

describe("spoken-words in float32", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openSpokenWords("fp32");
  });

  test("gives transformers' logits", async () => {
    const golden = await openSafetensors(SPOKEN_GOLDEN);
    expect(golden.entries.size).toBe(5);
    for (const name of golden.entries.keys()) {
      const { logits } = await logitsOf(engine, name.replace(".logits", ".flac"));
      const { data } = await golden.read(name);
      expect(largestDifference(logits, data)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  test.each(CLEAR_CLIPS)("writes what $voice says: $text", async ({ file, text }) => {
    const { text: written } = await transcriptOf(engine, file);
    expect(written.toLowerCase()).toBe(text);
  });
});

test.each(["q8", "q8a"] as const)(
  "%s errs on as many words as float32, within half a point",
  async (precision) => {
    const engines = [await openSpokenWords("fp32"), await openSpokenWords(precision)];
    const [float, quantized] = await Promise.all(
      engines.map(async (engine) => {
        const counted = [];
        for (const { file, text } of SPOKEN_CLIPS) {
          counted.push(wordErrors(text, (await transcriptOf(engine, file)).text));
        }
        return wordErrorRate(counted);
      }),
    );
    expect(Math.abs((quantized as number) - (float as number))).toBeLessThanOrEqual(0.005);
  },
);

test("words at the borders of windows are written no worse than in one window", async () => {
  const pieces: number[] = [];
  const said: string[] = [];
  for (const { file, text } of CLEAR_CLIPS) {
    if (pieces.length > 30 * 16_000) break;
    const { samples } = await prepare(await readSpokenClip(file));
    pieces.push(...samples);
    said.push(text);
  }
  const samples = Float32Array.from(pieces);
  const written = async (windowSeconds: number) => {
    const engine = await openSpokenWords("fp32", { ...AMPLE_LIMITS, windowSeconds });
    const head = engine.manifest.heads[0] as HeadOf<"ctc">;
    const { head: output, windows } = await engine.run(samples, headTaps(head));
    if (output === null) throw new Error("no head was run");
    const { text } = await decodeLogits(output.logits, head, { decoder: "greedy" });
    return { errors: wordErrorRate([wordErrors(said.join(" "), text)]) ?? 1, windows };
  };
  const whole = await written(60);
  // Windows of 8 s keep 4 s each, so that some word lies on a border.
  const windowed = await written(8);
  expect(whole.windows).toBe(1);
  expect(windowed.windows).toBeGreaterThan(5);
  // The model has learned from short clips: of one of half a minute it writes more words wrong.
  expect(windowed.errors).toBeLessThanOrEqual(whole.errors);
});

test("frames of windows of 30 s have the token that they have in one window, but for one in fifty", async () => {
  const samples = new Float32Array(60 * 16_000);
  let at = 0;
  for (const { file } of [...CLEAR_CLIPS, ...CLEAR_CLIPS]) {
    const { samples: spoken } = await prepare(await readSpokenClip(file));
    if (at + spoken.length > samples.length) break;
    samples.set(spoken, at);
    at += spoken.length + 0.9 * 16_000;
  }
  const tokens = async (windowSeconds: number) => {
    const engine = await openSpokenWords("fp32", { ...AMPLE_LIMITS, windowSeconds });
    const { head } = await engine.run(samples, headTaps(engine.manifest.heads[0] as HeadOf<"ctc">));
    const { rows, columns, data } = head?.logits ?? {
      rows: 0,
      columns: 0,
      data: new Float32Array(),
    };
    return Array.from({ length: rows }, (_, row) => {
      const logits = data.slice(row * columns, (row + 1) * columns);
      return logits.indexOf(Math.max(...logits));
    });
  };
  const [windowed, whole] = [await tokens(30), await tokens(60)];
  expect(whole).toHaveLength(2999);
  const others = whole.filter((token, frame) => token !== windowed[frame]);
  expect(others.length).toBeGreaterThan(0);
  expect(others.length).toBeLessThan(whole.length / 50);
});
