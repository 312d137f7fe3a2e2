import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SPOKEN_ARPA } from "../../../support/packs/spoken-words.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-install-source-"));
});
afterAll(() => rm(directory, { recursive: true }));

const pack = (...args: string[]) =>
  runUndertone(["pack", ...args, "--directory", "installed"], directory);

describe("undertone pack install <source>", () => {
  it("builds a pack in packs/ and installs it; --default makes it the default", async () => {
    const first = await pack("install", "spoken-words");
    expect(first.stdout).toMatch(/^Installed spoken-words-q8 in installed: .* the default model\./);
    const golden = goldenDirectory("tiny-group");
    const second = await pack("install", golden, "--precision", "fp32");
    expect(second.stdout).toMatch(/The default model is spoken-words-q8/);
    await pack("install", join("packs", "tiny-group-fp32"), "--default");
    const { stdout } = await pack("list");
    expect(stdout).toMatch(/^spoken-words-q8 (?!.*default)/m);
    expect(stdout).toMatch(/^tiny-group-fp32 .* default$/m);
  });

  it("takes the options of pack build, a language model among them", async () => {
    const { status, stderr } = await pack("install", "spoken-words", "--lm", SPOKEN_ARPA);
    expect(status, stderr).toBe(0);
    const manifest = await readFile(
      join(directory, "installed/packs/spoken-words-q8/manifest.json"),
      "utf8",
    );
    expect(JSON.parse(manifest).heads[0].languageModel).toMatchObject({ order: 3, ngrams: 216 });
    const named = await pack("install", goldenDirectory("tiny-group"), "--id", "of-my-own");
    expect(named.stdout).toMatch(/^Installed of-my-own /);
  });

  it.each(["--lm=words.arpa", "--precision=fp32", "--id=other"])(
    "refuses %s for a pack that is built already",
    async (flag) => {
      const { status, stderr } = await pack("install", join("packs", "spoken-words-q8"), flag);
      expect(status).toBe(1);
      const [option] = flag.split("=");
      expect(stderr).toContain(`is built already, which ${option} cannot change`);
    },
  );

  it("says what a name without a source may be", async () => {
    const { status, stderr } = await pack("install", "nowhere");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^checkpoint-invalid: .*'nowhere'/m);
  });
});
