import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SPOKEN_CLIPS } from "../../../support/packs/spoken-words.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

const CLIPS = join(import.meta.dirname, "../../fixtures/spoken-words/clips");

let directory: string;
const inDirectory = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-labels-"));
  const lines = SPOKEN_CLIPS.map(({ file, text }) => `${join(CLIPS, file)},${text}`);
  await writeFile(inDirectory("texts.csv"), ["clip,text", ...lines].join("\n"));
  for (const precision of ["q8", "fp32"]) {
    const args = ["pack", "build", "spoken-words", "--precision", precision];
    const { status, stderr } = await runUndertone([...args, "--out", inDirectory(precision)]);
    expect(status, stderr).toBe(0);
  }
});
afterAll(() => rm(directory, { recursive: true }));

const verify = (pack: string, ...rest: string[]) =>
  runUndertone(["pack", "verify", inDirectory(pack), ...rest]);

/** The lines of a report, as id, rate and counts. */
const LINE =
  /^(\S+): word error rate (\d+\.\d\d) % \(95 % interval (\d+\.\d\d) to (\d+\.\d\d)\), (\d+) errors in (\d+) words of (\d+) clips\.$/;

describe("undertone pack verify --labels", () => {
  test("prints the word error rate of a quantized pack and of float32, and leaves the pack as it is", async () => {
    const before = await readFile(join(inDirectory("q8"), "manifest.json"), "utf8");
    const { status, stdout, stderr } = await verify("q8", "--labels", inDirectory("texts.csv"));
    expect(status, stderr).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(2);
    const words = SPOKEN_CLIPS.flatMap(({ text }) => text.split(" ")).length;
    for (const [index, id] of ["spoken-words-q8", "spoken-words-fp32"].entries()) {
      const [, name, rate, low, high, errors, count, clips] = LINE.exec(lines[index] ?? "") ?? [];
      expect([name, Number(count), Number(clips)]).toEqual([id, words, SPOKEN_CLIPS.length]);
      expect(Number(rate)).toBeCloseTo((100 * Number(errors)) / words, 2);
      expect(Number(low)).toBeLessThanOrEqual(Number(rate));
      expect(Number(high)).toBeGreaterThanOrEqual(Number(rate));
    }
    expect(await readFile(join(inDirectory("q8"), "manifest.json"), "utf8")).toBe(before);
  });

  test("measures a float32 pack by itself", async () => {
    const { stdout } = await verify("fp32", "--labels", inDirectory("texts.csv"));
    expect(stdout.trim().split("\n")).toEqual([expect.stringMatching(LINE)]);
  });

  test("says what is wrong with a list, and that it names the clips itself", async () => {
    await writeFile(inDirectory("silent.csv"), "one.wav,\n");
    const silent = await verify("q8", "--labels", inDirectory("silent.csv"));
    expect(silent.stderr).toMatch(/^invalid-option: No clip has words\./m);
    const gone = await verify("q8", "--labels", inDirectory("gone.csv"));
    expect(gone.stderr).toMatch(/^not-found: .*gone\.csv cannot be read/m);
    const both = await verify("q8", "--labels", inDirectory("texts.csv"), "--audio", "one.wav");
    expect(both.stderr).toMatch(/^invalid-option: --labels names the clips/m);
    expect([silent.status, gone.status, both.status]).toEqual([1, 1, 1]);
  });

  test("is for packs with a CTC head", async () => {
    const args = [
      "pack",
      "build",
      goldenDirectory("tiny-xvector"),
      "--out",
      inDirectory("xvector"),
    ];
    await runUndertone(args);
    const { status, stderr } = await verify("xvector", "--labels", inDirectory("texts.csv"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^model-without-head: .* has no head for transcription/m);
  });
});
