import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePack } from "../../../src/model/build/write-pack.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { decodeManifest } from "../../../src/model/pack/manifest.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { AMPLE_LIMITS, goldenDirectory, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import {
  answerOf,
  LONG_CLIP,
  startRecordings,
  withoutRequestId,
} from "../../support/jobs/recordings.ts";
import {
  changeHeads,
  installXVectorPacks,
  thresholdAt,
} from "../../support/model/xvector-packs.ts";

const COSINE = 0.9999;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-xvectors-"));
  await writeFile(join(directory, "long.wav"), LONG_CLIP);
  for (const name of ["tiny-afc", "tiny-xvector"]) {
    const { put } = filesystemStore(join(directory, name));
    const checkpoint = await openHuggingFaceDirectory(goldenDirectory(name));
    const named = { precision: "q8", id: `${name}-q8` } as const;
    await writePack(checkpoint, named, new Map(), { put, manifestKey: () => "manifest.json" });
  }
});
afterAll(() => rm(directory, { recursive: true }));

const undertone = (...args: readonly string[]) => runUndertone(args, directory);

/** What the command says of the long clip, without its pack's description, and on standard error. */
async function diarize() {
  const { stdout, stderr } = await undertone("diarize", "long.wav", "--pack", "tiny-afc");
  const { file, model: _, ...answer } = JSON.parse(stdout);
  expect(file).toBe("long.wav");
  return { answer, stderr };
}

/** What a service says of it that has installed both packs. */
async function answerOfService() {
  const store = memoryStore();
  await installXVectorPacks(store, { cosine: COSINE });
  const models = nodeRegistry(store, "tiny-afc-q8", { ...AMPLE_LIMITS, windowSeconds: 30 });
  const service = await startRecordings([], {}, models);
  const bytes = await answerOf(service, "/v1/diarizations");
  const { model: _, ...answer } = withoutRequestId(bytes) as Record<string, unknown>;
  return answer;
}

describe("pack xvectors", () => {
  test("refuses a pack without a threshold, and one that does not diarize", async () => {
    for (const [args, message] of [
      [["tiny-afc", "tiny-xvector"], /no threshold.*calibrate-threshold/],
      [["tiny-xvector", "tiny-xvector"], /has no head for speaker diarization/],
    ] as const) {
      const { status, stderr } = await undertone("pack", "xvectors", ...args);
      expect(stderr).toMatch(message);
      expect(status).toBe(1);
    }
  });

  test("names the pack by which diarize matches speakers, as a service does", async () => {
    const xvectors = filesystemStore(join(directory, "tiny-xvector"));
    await changeHeads(xvectors, "manifest.json", (head) => ({
      ...head,
      threshold: thresholdAt(COSINE),
    }));
    const { stdout } = await undertone("pack", "xvectors", "tiny-afc", "tiny-xvector");
    expect(stdout).toMatch(/tiny-afc-q8 matches speakers of long clips by tiny-xvector-q8/);
    const { answer, stderr } = await diarize();
    expect(stderr).toBe("");
    expect(answer.windows_matched_by).toBe("embeddings");
    expect(answer).toEqual(await answerOfService());
  });

  test("is not followed where that pack is not beside it, or is not named any more", async () => {
    await rename(join(directory, "tiny-xvector"), `${directory}-elsewhere`);
    try {
      const { answer, stderr } = await diarize();
      expect(answer.windows_matched_by).toBe("overlap");
      expect(stderr).toMatch(/names the x-vector pack tiny-xvector-q8, which is not beside/);
    } finally {
      await rename(`${directory}-elsewhere`, join(directory, "tiny-xvector"));
    }
    await undertone("pack", "xvectors", "tiny-afc", "--remove");
    const { get } = filesystemStore(join(directory, "tiny-afc"));
    const { heads } = decodeManifest((await get("manifest.json")) as Uint8Array);
    expect(heads[0]).not.toHaveProperty("xvectorPack");
  });
});
