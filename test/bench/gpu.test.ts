import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { goldenDirectory } from "../../support/packs/tiny-pack.ts";
import { MISSING_SWIFTSHADER, swiftShaderVariables } from "../support/model/software-gpus.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const DOCUMENT = join(REPOSITORY, "docs/performance.md");
const TIMEOUT_MS = 300_000;

function benchGpu(...args: string[]) {
  const env = { ...process.env, ...swiftShaderVariables() };
  const command = ["bench/gpu.ts", "--models", goldenDirectory("tiny-group"), ...args];
  return promisify(execFile)(process.execPath, command, { cwd: REPOSITORY, env });
}

describe("npm run bench:gpu, on SwiftShader", { timeout: TIMEOUT_MS }, () => {
  beforeEach(({ skip }) => {
    if (MISSING_SWIFTSHADER !== null && process.env.CI !== "true") skip(MISSING_SWIFTSHADER);
  });

  it("refuses a software GPU", async () => {
    await expect(benchGpu()).rejects.toMatchObject({
      stderr: expect.stringMatching(/SwiftShader.* computes on the processor/),
    });
  });

  it("times it if told to, prints what it found, and writes it nowhere", async () => {
    const before = await readFile(DOCUMENT, "utf8");
    const runs = ["--repeats", "1", "--warm-ups", "1", "--seconds", "1", "--allow-software"];
    const { stdout } = await benchGpu("--precisions", "fp16", "q4", ...runs);
    expect(stdout).toMatch(/tiny-group \| fp16 \|.*no float16 here/);
    expect(stdout).toMatch(/tiny-group \| q4 \| 1 s \| \d+ ms \| \d+ ms \| \d+\.\d × \|/);
    expect(stdout).toMatch(/SwiftShader.*Medians of 1, by `npm run bench:gpu -- --models /);
    expect(await readFile(DOCUMENT, "utf8")).toBe(before);
  });
});
