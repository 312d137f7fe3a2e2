/** The long clip as a diarization whose windows are joined by voices, or by overlap where the pack names no other. */
import { expect, vi } from "vitest";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";
import { AMPLE_LIMITS, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { installChanged } from "../model/golden-heads.ts";
import { installXVectorPacks } from "../model/xvector-packs.ts";
import { answerOf, LONG_CLIP, startRecordings, withoutRequestId } from "./recordings.ts";

/** At which several windows have a voice, and not all of them the same. */
const COSINE = 0.9999;
const WITHOUT_VOICES = "tiny-afc-alone-q8";

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Installs a pack that names an x-vector pack, that pack, and the first one again without it. */
export async function installDiarizers(store: Store): Promise<void> {
  await installXVectorPacks(store, { cosine: COSINE });
  await installChanged(store, "tiny-afc", {}, { precision: "q8", id: WITHOUT_VOICES });
}

/** A job of a service that has these packs joins windows by voices, and so answers as the engine in this process does. */
export async function expectDiarizedByVoices(ask: Ask, windowSeconds: number): Promise<void> {
  await expectDiarized(ask, { model: "tiny-afc-q8", matchedBy: "embeddings", windowSeconds });
}

/** The same of the pack that names no other, whose windows are joined by what they overlap. */
export async function expectDiarizedByOverlap(ask: Ask, windowSeconds: number): Promise<void> {
  await expectDiarized(ask, { model: WITHOUT_VOICES, matchedBy: "overlap", windowSeconds });
}

async function expectDiarized(
  ask: Ask,
  { model, matchedBy, windowSeconds }: { model: string; matchedBy: string; windowSeconds: number },
): Promise<void> {
  const store = memoryStore();
  await installDiarizers(store);
  const here = await startRecordings(
    [],
    {},
    nodeRegistry(store, "", { ...AMPLE_LIMITS, windowSeconds }),
  );
  const query = `model=${model}&probabilities=true`;
  const answer = await resultOfJob(ask, `task=diarization&${query}`);
  expect(numbersOf(answer)).toMatchObject({ windows_matched_by: matchedBy });
  expect(numbersOf(answer)).toEqual(numbersOf(await answerOf(here, `/v1/diarizations?${query}`)));
}

/** An answer without the id of the request, and without the model, whose digest is of each build. */
function numbersOf(answer: Uint8Array): unknown {
  const { model: _, ...numbers } = withoutRequestId(answer) as Record<string, unknown>;
  return numbers;
}

async function resultOfJob(ask: Ask, query: string): Promise<Uint8Array> {
  const submitted = await ask(`/v1/jobs?${query}`, { method: "POST", body: LONG_CLIP });
  const { id } = await submitted.json();
  expect(submitted.status).toBe(202);
  const done = async () =>
    expect(await (await ask(`/v1/jobs/${id}`)).json()).toMatchObject({ status: "done" });
  await vi.waitFor(done, { timeout: 120_000, interval: 200 });
  const result = await ask(`/v1/jobs/${id}/result`);
  return new Uint8Array(await result.arrayBuffer());
}
