import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256Of } from "../../../src/crypto/digest.ts";
import { languageModelBlob, packBlobs } from "../../../src/model/pack/manifest.ts";
import { SPOKEN_ARPA } from "../../../support/packs/spoken-words.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-lm-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function build(arpaFile: string, source = "spoken-words") {
  const args = ["pack", "build", source, "--out", "pack", "--precision", "fp32"];
  return runUndertone([...args, "--lm", arpaFile], directory);
}

describe("undertone pack build --lm", () => {
  test("puts the file beside the weights, and among the files of the pack", async () => {
    const { status, stdout, stderr } = await build(SPOKEN_ARPA);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/a head for ctc and a language model of 216 n-grams/);
    const manifest = JSON.parse(await readFile(join(directory, "pack/manifest.json"), "utf8"));
    const bytes = new Uint8Array(await readFile(SPOKEN_ARPA));
    const sha256 = await sha256Of(bytes);
    const described = { bytes: bytes.length, sha256, order: 3, ngrams: 216 };
    expect(manifest.heads[0].languageModel).toEqual(described);
    const { key } = languageModelBlob(described);
    expect(new Uint8Array(await readFile(join(directory, "pack", key)))).toEqual(bytes);
    // Which is what `pack install` copies.
    expect(packBlobs(manifest).map((blob) => blob.key)).toContain(key);
  });

  test.each<[string, string, RegExp, string?]>([
    ["that is no ARPA file", "zero one two\n", /no line \\data\\, so it is no ARPA file/],
    [
      "of another alphabet",
      "\\data\\\nngram 1=2\n\n\\1-grams:\n-0.3\tдва\n-0.3\tтри\n\n\\end\\\n",
      /another vocabulary: 2 of its 2 words, such as 'два', 'три'/,
    ],
    [
      "for a model without letters",
      "\\data\\\n",
      /is for checkpoints that transcribe/,
      "tiny-layer",
    ],
  ])("refuses a file %s", async (_, text, sentence, golden) => {
    await writeFile(join(directory, "lm.arpa"), text);
    const { status, stderr } = await build("lm.arpa", golden && goldenDirectory(golden));
    expect(status).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  test("refuses a file that is not there", async () => {
    const { status, stderr } = await build("nowhere.arpa");
    expect(status).toBe(1);
    expect(stderr).toMatch(/--lm names a file that cannot be read \(ENOENT/);
  });
});
