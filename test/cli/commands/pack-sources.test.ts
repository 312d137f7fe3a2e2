import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CatalogEntry, catalogEntry } from "../../../src/cli/hub/catalog.ts";
import { openPackDirectory } from "../../../src/cli/packs/open.ts";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import {
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../../../support/packs/golden.ts";
import { checkpointDirectory, temporaryDirectory } from "../../support/checkpoints/files.ts";
import { call, global, pickle, text } from "../../support/checkpoints/pickle-assembler.ts";
import { torchZip } from "../../support/checkpoints/torch-archives.ts";
import { variantBytes } from "../../support/checkpoints/variants.ts";
import {
  CONFIGS,
  settingsFor,
  startTinyHub,
  TINY_COMMIT,
  TINY_ID,
  TINY_WEIGHTS,
  WEIGHTS,
} from "../../support/cli/tiny-hub.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

const LAYERS = 3;

async function build(source: string, variables: Record<string, string> = {}) {
  const out = join(await temporaryDirectory(), "pack");
  const args = ["pack", "build", source, "--precision", "fp32", "--out", out];
  return { out, ...(await runUndertone(args, undefined, variables)) };
}

/** The largest difference of any hidden state of x4001 from the reference's. */
async function errorOf(pack: string): Promise<number> {
  const engine = await openPackDirectory(pack);
  const expected = await goldenExpectations("tiny-group", "x4001");
  const { hiddenStates } = await engine.run(
    await goldenSamples("x4001"),
    resolveTaps("all", LAYERS),
  );
  const stack = expected.hiddenStates as Float32Array;
  return Math.max(
    ...[...hiddenStates].map(([index, matrix]) =>
      largestDifference(matrix, stackedLayer(stack, index, LAYERS)),
    ),
  );
}

const manifestIn = async (pack: string) =>
  JSON.parse(await readFile(join(pack, "manifest.json"), "utf8"));

describe("undertone pack build", () => {
  it.each([
    "pytorch_model.bin",
    "legacy_not_zip.bin",
    "strided.bin",
    "tiny-group-unilm-torch2.13.0.pt",
  ] as const)("makes a pack of %s that gives the reference's hidden states", async (name) => {
    const directory = await checkpointDirectory("tiny-group", { [name]: await variantBytes(name) });
    const { out, status, stderr } = await build(join(directory, name));
    expect([status, stderr]).toEqual([0, expect.stringContaining("done in")]);
    expect(await errorOf(out)).toBeLessThan(GOLDEN_TOLERANCE);
  });

  it("makes a pack of a model of the hub, and says which", async () => {
    const hub = await startTinyHub();
    const { cacheDirectory } = await settingsFor(hub.endpoint);
    const variables = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDirectory };
    const { out, status } = await build(`${TINY_ID}@main`, variables);
    expect(status).toBe(0);
    expect(await manifestIn(out)).toMatchObject({
      id: "wavlm-tiny-fp32",
      weights: "checkpoint",
      provenance: { source: `${TINY_ID}@${TINY_COMMIT}`, licence: "cc-by-4.0" },
    });
    expect(await errorOf(out)).toBeLessThan(GOLDEN_TOLERANCE);
  });

  it("makes a known model of the revision that the catalogue pins, with the licence it names", async () => {
    const { id, revision, licence } = catalogEntry("microsoft/wavlm-base-plus") as CatalogEntry;
    const files = { ...CONFIGS, [WEIGHTS]: TINY_WEIGHTS };
    const hub = await startTinyHub({ id, commit: revision ?? "", files });
    const { cacheDirectory } = await settingsFor(hub.endpoint);
    const variables = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDirectory };
    const { out } = await build("microsoft/wavlm-base-plus", variables);
    expect(await manifestIn(out)).toMatchObject({
      id: "wavlm-base-plus-fp32",
      provenance: { source: `${id}@${revision}`, licence },
    });
    expect(hub.requests.filter(({ path }) => path.includes("main"))).toEqual([]);
  });

  it("takes a path for a path, also where it could be a name of the hub", async () => {
    const directory = await temporaryDirectory();
    const model = join(directory, "microsoft/wavlm-base-plus");
    await mkdir(model, { recursive: true });
    const files = { "pytorch_model.bin": await variantBytes("pytorch_model.bin") };
    const golden = await checkpointDirectory("tiny-group", files);
    for (const name of ["config.json", "preprocessor_config.json", "pytorch_model.bin"]) {
      await writeFile(join(model, name), await readFile(join(golden, name)));
    }
    const args = ["pack", "build", "microsoft/wavlm-base-plus", "--precision", "fp32"];
    const { status } = await runUndertone([...args, "--out", "pack"], directory, {
      HF_ENDPOINT: "http://127.0.0.1:1",
    });
    expect(status).toBe(0);
  });

  it("refuses a pickle that would run something, in one sentence", async () => {
    const evil = torchZip(pickle(call(global("os", "system"), text("true"))));
    const directory = await checkpointDirectory("tiny-group", { "pytorch_model.bin": evil });
    const { status, stderr } = await build(directory);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^checkpoint-unsafe: The pickle asks for os\.system/);
    expect(stderr).not.toContain("    at ");
  });

  it("says in one sentence that the hub cannot be reached", async () => {
    const { status, stderr } = await build("someone/model", {
      HF_ENDPOINT: "http://127.0.0.1:1",
      HF_HUB_CACHE: await temporaryDirectory(),
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^hub-unavailable: 127\.0\.0\.1:1 cannot be reached; .*HF_HUB_OFFLINE/);
  }, 30_000);
});
