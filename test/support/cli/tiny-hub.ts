/** A hub that has tiny-group as microsoft/wavlm-base-plus is: the configs, a model card, and pytorch_model.bin by git LFS. */
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import type { HubSettings } from "../../../src/cli/hub/settings.ts";
import {
  fetchSnapshot,
  type Snapshot,
  type SnapshotRequest,
} from "../../../src/cli/hub/snapshot.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { fixture, temporaryDirectory } from "../checkpoints/files.ts";
import { variantBytes } from "../checkpoints/variants.ts";
import { type HubContents, type HubServer, sha256, startHub } from "./hub-server.ts";

export const TINY_ID = "someone/WavLM-Tiny";
export const TINY_COMMIT = "0123456789abcdef0123456789abcdef01234567";
export const WEIGHTS = "pytorch_model.bin";

export const CONFIGS = {
  "config.json": await readFile(fixture("golden/tiny-group/config.json")),
  "preprocessor_config.json": await readFile(fixture("golden/tiny-group/preprocessor_config.json")),
};
export const CARD = Buffer.from("---\nlicense: cc-by-4.0\n---\n# Tiny\n");
export const TINY_WEIGHTS = await variantBytes("pytorch_model.bin");

/** Starts it; `changes` are to what it has. */
export async function startTinyHub(changes: Partial<HubContents> = {}): Promise<HubServer> {
  return startHub({
    id: TINY_ID,
    commit: TINY_COMMIT,
    files: { ...CONFIGS, "README.md": CARD, [WEIGHTS]: TINY_WEIGHTS },
    largeFiles: [WEIGHTS],
    ...changes,
  });
}

/** Settings for a hub, with a cache of the test's own, and no pauses that a test would wait for. */
export async function settingsFor(
  endpoint: string,
  changes: Partial<HubSettings> = {},
): Promise<HubSettings> {
  return {
    endpoint,
    token: null,
    cacheDirectory: await temporaryDirectory(),
    isOffline: false,
    answerTimeoutMs: 5000,
    stallTimeoutMs: 5000,
    attempts: 3,
    firstPauseMs: 1,
    ...changes,
  };
}

export const TINY_DIGEST = sha256(TINY_WEIGHTS);
/** Its folder in the cache. */
export const TINY_PLACE = "models--someone--WavLM-Tiny";

/** Fetches the model, `main` if `changes` name no other revision; nothing is reported. */
export function fetchTiny(
  settings: HubSettings,
  changes: Partial<SnapshotRequest> = {},
  warn: (sentence: string) => void = () => {},
): Promise<Snapshot> {
  const request = { id: TINY_ID, revision: "main", pinned: null, ...changes };
  const silent = { start() {}, advance() {}, done() {} };
  return fetchSnapshot(request, settings, silent, warn);
}

/** The directory holds the model, to the last byte of its weights. */
export async function expectTinyModel(directory: string): Promise<void> {
  const { provenance } = await openHuggingFaceDirectory(directory);
  expect(provenance.sourceSha256).toBe(TINY_DIGEST);
}

/** Which ranges the CDN was asked for; `null` for the whole. */
export function cdnRanges(hub: HubServer): (string | null)[] {
  return hub.requests.filter(({ host }) => host === "cdn").map(({ range }) => range);
}
