import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPackFiles } from "../../../src/cli/packs/files.ts";
import { decodeManifest } from "../../../src/model/pack/manifest.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { wavOf } from "../../support/http/tasks.ts";
import { GOLDEN_HEADS, goldenHeadVectors } from "../../support/model/golden-heads.ts";

/** Reports to nobody. */
const SILENT = { start() {}, advance() {}, done() {} };
const PARTS = ["x16000", "x56789", "single1", "x16000[:5200]", "x16000[:6480]"];
let directory: string;
let cosineOf: (a: string, b: string) => number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-threshold-"));
  const vectors = await goldenHeadVectors(GOLDEN_HEADS[0] as (typeof GOLDEN_HEADS)[number]);
  cosineOf = (a, b) => {
    const [one, other] = [a, b].map((part) => [...(vectors.get(part)?.embeddings ?? [])]);
    const dot = (one ?? []).reduce((sum, value, index) => sum + value * (other?.[index] ?? 0), 0);
    return dot / (Math.hypot(...(one ?? [])) * Math.hypot(...(other ?? [])));
  };
  for (const [index, part] of PARTS.entries()) {
    await writeFile(join(directory, `${index}.wav`), await wavOf(part));
  }
  for (const precision of ["fp32", "q8"]) {
    await runUndertone([
      ...["pack", "build", goldenDirectory("tiny-xvector"), "--precision", precision],
      ...["--out", join(directory, precision)],
    ]);
  }
  await runUndertone([
    ...["pack", "build", goldenDirectory("tiny-ctc"), "--precision", "fp32"],
    ...["--out", join(directory, "ctc")],
  ]);
});
afterAll(() => rm(directory, { recursive: true }));

/** Every pair of clips; those whose reference cosines are the highest are called one speaker. */
async function writePairs(sameCount: number) {
  const pairs = PARTS.flatMap((_, a) =>
    PARTS.slice(a + 1).map((_, offset) => [a, a + 1 + offset] as const),
  );
  const sorted = pairs.toSorted(
    ([a, b], [c, d]) =>
      cosineOf(PARTS[c] as string, PARTS[d] as string) -
      cosineOf(PARTS[a] as string, PARTS[b] as string),
  );
  const lines = sorted.map(
    ([a, b], index) => `${a}.wav,${b}.wav,${index < sameCount ? "same" : "different"}`,
  );
  await writeFile(join(directory, "pairs.csv"), `a,b,same\n${lines.join("\n")}\n`);
  const cosines = sorted.map(([a, b]) => cosineOf(PARTS[a] as string, PARTS[b] as string));
  return {
    lowestSame: cosines[sameCount - 1] as number,
    highestDifferent: cosines[sameCount] as number,
  };
}

async function calibrate(...args: readonly string[]) {
  return runUndertone(["calibrate-threshold", "pairs.csv", ...args], directory);
}

async function thresholdIn(pack: string) {
  const { heads } = decodeManifest(await readFile(join(directory, pack, "manifest.json")));
  const [head] = heads;
  return head?.kind === "xvector" ? head.threshold : undefined;
}

describe("calibrate-threshold", () => {
  test("finds the threshold between pairs that the reference's cosines tell apart", async () => {
    const { lowestSame, highestDifferent } = await writePairs(4);
    const { status, stdout } = await calibrate("--pack", "fp32", "--save");
    expect(status).toBe(0);
    expect(await thresholdIn("fp32")).toEqual({
      cosine: expect.closeTo((lowestSame + highestDifferent) / 2, 4),
      source: "pairs.csv",
      targetPairs: 4,
      nonTargetPairs: 6,
      equalErrorRate: 0,
    });
    expect(stdout).toMatch(/^tiny-xvector-fp32 \(fp32\): equal error rate 0\.00 % at cosine/);
  });

  test("does so for each pack, writes nothing unasked, and draws them all", async () => {
    await writePairs(5);
    const { stdout } = await calibrate("--pack", "fp32", "q8", "--plot", "det.svg");
    expect(stdout).toMatch(/tiny-xvector-fp32.*\ntiny-xvector-q8 \(q8\): equal error rate/);
    expect(await thresholdIn("q8")).toBeUndefined();
    const svg = await readFile(join(directory, "det.svg"), "utf8");
    expect(svg).toMatch(/^<svg .*viewBox/);
    for (const name of ["tiny-xvector-fp32", "tiny-xvector-q8", "equal errors"]) {
      expect(svg).toContain(`>${name}</text>`);
    }
    expect(svg).not.toContain("NaN");
    expect(svg).toMatch(/>\d+ %<\/text>/);
  });

  test("normalises by a cohort, which becomes part of the pack", async () => {
    await writePairs(4);
    // The same clips again are strangers enough for what is tested here.
    const cohort = [0, 1, 2, 3, 4].flatMap((index) => [`${index}.wav`, `./${index}.wav`]);
    const { stdout } = await calibrate("--pack", "fp32", "--save", "--cohort", ...cohort);
    expect(stdout).toMatch(/normalised by a cohort of 10: equal error rate \d+\.\d\d % at score/);
    const manifest = decodeManifest(await readFile(join(directory, "fp32", "manifest.json")));
    const [head] = manifest.heads;
    if (head?.kind !== "xvector" || head.cohort === undefined) throw new Error("no cohort");
    expect(head.cohort).toMatchObject({ embeddings: 10, threshold: { source: "pairs.csv" } });
    const { blobs } = await readPackFiles(join(directory, "fp32"), SILENT);
    expect(blobs.map(({ sha256 }) => sha256)).toContain(head.cohort.sha256);
    const { status, stderr } = await calibrate("--pack", "fp32", "--cohort", "0.wav");
    expect(stderr).toMatch(/--cohort names 1 clips: 10 to 1000 are taken/);
    expect(status).toBe(1);
  });

  test("wants pairs of both kinds", async () => {
    await writeFile(join(directory, "pairs.csv"), "0.wav,1.wav,same\n");
    const { status, stderr } = await calibrate("--pack", "fp32");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^invalid-option: There is no pair of different speakers/);
  });

  test("wants a pack with a speaker head, and clips that are there", async () => {
    await writePairs(4);
    expect((await calibrate("--pack", "ctc")).stderr).toMatch(/^model-without-head/);
    await writeFile(
      join(directory, "pairs.csv"),
      "0.wav,1.wav,same\n0.wav,nowhere.wav,different\n",
    );
    expect((await calibrate("--pack", "fp32")).stderr).toMatch(/not-found: .*nowhere\.wav/);
  });
});
