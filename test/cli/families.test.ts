import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogEntry } from "../../src/cli/hub/catalog.ts";
import { openHubCheckpoint } from "../../src/cli/hub/open-hub-checkpoint.ts";
import type { Checkpoint } from "../../src/model/checkpoint/checkpoint.ts";
import { decodeManifest } from "../../src/model/pack/manifest.ts";
import { temporaryDirectory } from "../support/checkpoints/files.ts";
import { startHub } from "../support/cli/hub-server.ts";
import { settingsFor } from "../support/cli/tiny-hub.ts";
import { runUndertone } from "../support/cli/undertone.ts";
import { wavOf } from "../support/http/tasks.ts";
import { familyCheckpoint, familyFile } from "../support/model/families.ts";
import { prunedFile } from "../support/model/pruned.ts";

const SILENT = { start() {}, advance() {}, done() {} };

test("a HuBERT of the catalogue is fetched from the hub at its pinned commit", async () => {
  const id = "facebook/hubert-base-ls960";
  const commit = catalogEntry(id)?.revision as string;
  const weights = "model.safetensors";
  const hub = await startHub({
    id,
    commit,
    files: {
      "config.json": await readFile(familyFile("hubert-base", "config.json")),
      "preprocessor_config.json": await readFile(
        familyFile("hubert-base", "preprocessor_config.json"),
      ),
      [weights]: await readFile(familyFile("hubert-base", "backbone.safetensors")),
    },
    largeFiles: [weights],
  });
  const settings = await settingsFor(hub.endpoint);
  const opened = await openHubCheckpoint({ id, revision: null }, settings, SILENT);
  const { config, provenance } = opened as Checkpoint;
  expect(config.family).toBe("hubert");
  expect(provenance.source).toBe(`${id}@${commit}`);
  expect(hub.requests.every(({ host, path }) => host === "cdn" || path.includes(commit))).toBe(
    true,
  );
});

test("a wav2vec 2.0 with a CTC head is built, verified and transcribes on the command line", async () => {
  const source = await familyCheckpoint("wav2vec2-base", { head: "ctc" });
  const directory = await temporaryDirectory();
  const run = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await runUndertone(args, directory);
    expect(status, stderr).toBe(0);
    return stdout;
  };
  await writeFile(join(directory, "clip.wav"), await wavOf("x16000"));
  await run("pack", "build", source, "--precision", "fp32", "--out", "fp32");
  const expected = JSON.parse(await readFile(familyFile("wav2vec2-base", "ctc.text.json"), "utf8"));
  const answer = await run("transcribe", "clip.wav", "--pack", "fp32");
  expect(answer).toContain(expected.x16000);

  await run("pack", "build", source, "--precision", "q8", "--out", "q8");
  await run("pack", "verify", "q8", "--source", source, "--audio", "clip.wav");
  const manifest = decodeManifest(await readFile(join(directory, "q8/manifest.json")));
  expect(manifest.architecture.family).toBe("wav2vec2");
  expect(manifest.verification?.layers).toHaveLength(3);
  for (const { relativeL2 } of manifest.verification?.layers ?? []) {
    expect(relativeL2).toBeGreaterThan(0);
    expect(relativeL2).toBeLessThan(0.1);
  }
});

test("a WavLM that DPHuBERT's code pruned is built from its one file, verified and gives features", async () => {
  const source = prunedFile("dpwavlm-large");
  const directory = await temporaryDirectory();
  const run = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await runUndertone(args, directory);
    expect(status, stderr).toBe(0);
    return stdout;
  };
  await writeFile(join(directory, "clip.wav"), await wavOf("x16000"));
  expect(await run("pack", "build", source, "--out", "q8")).toContain("dpwavlm-large-q8");
  await run("pack", "verify", "q8", "--source", source, "--audio", "clip.wav");
  const manifest = decodeManifest(await readFile(join(directory, "q8/manifest.json")));
  expect(manifest.verification?.layers).toHaveLength(6);
  for (const { relativeL2 } of manifest.verification?.layers ?? []) {
    expect(relativeL2).toBeLessThan(0.05);
  }
});
