/** `undertone pack build` of what people have, and what it says of it. */
import { chmod, cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { communityCase } from "../../support/checkpoints/community.ts";
import { fixture, temporaryDirectory } from "../../support/checkpoints/files.ts";
import {
  CONFIGS,
  settingsFor,
  startTinyHub,
  TINY_COMMIT,
  TINY_ID,
  TINY_PLACE,
  TINY_WEIGHTS,
  WEIGHTS,
} from "../../support/cli/tiny-hub.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { EXPORT, EXPORT_FILE } from "../../support/model/exported.ts";

async function build(source: string, variables: Record<string, string> = {}, out?: string) {
  const directory = out ?? join(await temporaryDirectory(), "pack");
  const args = ["pack", "build", source, "--precision", "fp32", "--out", directory];
  return { out: directory, ...(await runUndertone(args, undefined, variables)) };
}

const manifestIn = async (pack: string) =>
  JSON.parse(await readFile(join(pack, "manifest.json"), "utf8"));

describe("undertone pack build says", () => {
  test("what it left out, in one line before it builds", async () => {
    const { directory } = await communityCase("own-head");
    const { status, stderr } = await build(directory);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^Left out: classifier\.dense, classifier\.out_proj \(.*\)\.\nbuilding /,
    );
  });

  test("which blank it decodes with", async () => {
    const { directory } = await communityCase("pad-differs");
    const { status, stderr } = await build(directory);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^config\.json has pad_token_id 0/),
    ]);
  });

  test("nothing of a plain checkpoint", async () => {
    const { stderr } = await build(fixture("golden/tiny-ctc"));
    expect(stderr).toMatch(/^building tiny-ctc fp32: 0\//);
  });
});

describe("undertone pack build takes", () => {
  test("a directory whose name is in another script, and keeps two apart", async () => {
    const parent = await temporaryDirectory();
    const ids: string[] = [];
    for (const name of ["语音识别", "情感识别"]) {
      await cp(fixture("golden/tiny-group"), join(parent, name), { recursive: true });
      ids.push((await manifestIn((await build(join(parent, name))).out)).id);
    }
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^model-[0-9a-f]{8}-fp32$/);
  });

  test("a ready export beside its config.json, as optimum writes it", async () => {
    const directory = await temporaryDirectory();
    for (const name of ["config.json", "preprocessor_config.json"]) {
      await cp(join(EXPORT, name), join(directory, name));
    }
    await cp(EXPORT_FILE, join(directory, "model.onnx"));
    const { status, stdout } = await build(directory);
    expect([status, stdout]).toEqual([0, expect.stringContaining("with a head for ctc")]);
  });

  test("a ready export with processor_config.json alone", async () => {
    const directory = await temporaryDirectory();
    await cp(EXPORT, directory, { recursive: true });
    const preprocessor = await readFile(join(EXPORT, "preprocessor_config.json"), "utf8");
    const processor = { feature_extractor: { ...JSON.parse(preprocessor), do_normalize: true } };
    await writeFile(join(directory, "processor_config.json"), JSON.stringify(processor));
    const { status, out } = await build(directory);
    expect([status, (await manifestIn(out)).preprocessing.doNormalize]).toEqual([0, true]);
  });

  test("the hub's own cache folder of a model, which follows main", async () => {
    const folder = join(await temporaryDirectory(), TINY_PLACE);
    const snapshot = join(folder, "snapshots", TINY_COMMIT);
    for (const path of [snapshot, join(folder, "refs")]) await mkdir(path, { recursive: true });
    await writeFile(join(folder, "refs/main"), TINY_COMMIT);
    for (const [name, bytes] of Object.entries({ ...CONFIGS, [WEIGHTS]: TINY_WEIGHTS })) {
      await writeFile(join(snapshot, name), bytes);
    }
    const { status, out } = await build(folder);
    expect(status).toBe(0);
    expect(await manifestIn(out)).toMatchObject({
      id: "wavlm-tiny-fp32",
      provenance: { source: `${TINY_ID}@${TINY_COMMIT}` },
    });
  });
});

describe("undertone pack build of the hub", () => {
  test("takes a model that has processor_config.json alone, and is then built offline", async () => {
    const { "preprocessor_config.json": preprocessor, ...config } = CONFIGS;
    const processor = { feature_extractor: JSON.parse(preprocessor.toString()) };
    const hub = await startTinyHub({
      files: {
        ...config,
        "processor_config.json": Buffer.from(JSON.stringify(processor)),
        [WEIGHTS]: TINY_WEIGHTS,
      },
    });
    const { cacheDirectory } = await settingsFor(hub.endpoint);
    const variables = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDirectory };
    expect((await build(TINY_ID, variables)).status).toBe(0);
    hub.requests.length = 0;
    expect((await build(TINY_ID, { ...variables, HF_HUB_OFFLINE: "1" })).status).toBe(0);
    expect(hub.requests).toEqual([]);
  });

  test("names another family before it fetches its weights", async () => {
    const config = JSON.parse(CONFIGS["config.json"].toString());
    const other = Buffer.from(JSON.stringify({ ...config, model_type: "sew" }));
    const hub = await startTinyHub({
      files: { ...CONFIGS, "config.json": other, [WEIGHTS]: TINY_WEIGHTS },
    });
    const { cacheDirectory } = await settingsFor(hub.endpoint);
    const variables = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDirectory };
    const { status, stderr } = await build(TINY_ID, variables);
    expect([status, stderr]).toEqual([1, expect.stringContaining("a SEW model")]);
    expect(hub.requests.some(({ path }) => path.includes(WEIGHTS))).toBe(false);
  });

  test("fetches again what a link in the cache leads to no more", async () => {
    const hub = await startTinyHub();
    const { cacheDirectory } = await settingsFor(hub.endpoint);
    const snapshot = join(cacheDirectory, TINY_PLACE, "snapshots", TINY_COMMIT);
    await mkdir(snapshot, { recursive: true });
    await symlink("../../blobs/gone", join(snapshot, WEIGHTS));
    await symlink("../../blobs/gone-too", join(snapshot, "config.json"));
    const variables = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDirectory };
    expect((await build(TINY_ID, variables)).status).toBe(0);
  });
});

describe("undertone pack build refuses at once", () => {
  test("an --out that is a file, or below one", async () => {
    const file = join(await temporaryDirectory(), "file");
    await writeFile(file, "");
    for (const out of [file, join(file, "pack")]) {
      const { status, stderr } = await build("synthetic:base", {}, out);
      expect([status, stderr]).toEqual([1, expect.stringMatching(/^invalid-option: .*is a file/)]);
    }
  });

  test("an --out that is read-only", async () => {
    const directory = await temporaryDirectory();
    await chmod(directory, 0o555);
    // Permissions refuse root nothing, but the kernel's own folder does.
    const readOnly = process.getuid?.() === 0 ? "/sys" : directory;
    const { status, stderr } = await build("synthetic:base", {}, join(readOnly, "pack"));
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^invalid-option: .* cannot be written to \((EACCES|EPERM|EROFS)\)/),
    ]);
  });

  test("nothing else, and leaves no folder behind", async () => {
    const parent = await temporaryDirectory();
    const { status } = await build(join(parent, "nowhere"), {}, join(parent, "new/pack"));
    expect([status, await readdir(parent)]).toEqual([1, []]);
  });
});
