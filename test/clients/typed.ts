/** The client that comes with Undertone, `undertone/node`. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createClient, dataOf, openClip, ServiceError } from "../../src/client/node.ts";
import { CLEAR_CLIPS, readSpokenClip, type SpokenClip } from "../../support/packs/spoken-words.ts";
import { wavOf } from "../support/http/tasks.ts";
import type { Host } from "./hosts.ts";

const SPOKEN = CLEAR_CLIPS[0] as SpokenClip;
const PATH = new URL(`../fixtures/spoken-words/clips/${SPOKEN.file}`, import.meta.url).pathname;
const TEXT = SPOKEN.text.toUpperCase();

/** Each task, of clips of each kind, and jobs. */
export function describeTypedClient(hostOf: () => Host): void {
  const clientOf = () => createClient({ baseUrl: hostOf().url, key: hostOf().key });

  describe("the typed client", () => {
    test("computes features of a file, as arrays with their shapes", async () => {
      const clip = await openClip(PATH);
      const { layers, frames, model } = await clientOf().features(clip, { layers: "0,-1" });
      expect(model.id).toBe("spoken-words-q8");
      expect(layers.map(({ name, shape }) => [name, shape])).toEqual([
        ["hidden_states.0", [frames, 128]],
        ["hidden_states.6", [frames, 128]],
      ]);
      const nested = await fetch(`${hostOf().url}/v1/features?layers=0,-1`, {
        method: "POST",
        body: clip,
        headers: { Authorization: `Bearer ${hostOf().key}`, Connection: "close" },
      });
      const { layers: written } = await nested.json();
      for (const [index, { data }] of layers.entries()) {
        expect(data).toEqual(Float32Array.from(written[index].data.flat()));
      }
    });

    test.each([
      ["a Blob", () => openClip(PATH)],
      ["a Uint8Array", () => readSpokenClip(SPOKEN.file)],
      ["a stream", () => Readable.toWeb(createReadStream(PATH)) as ReadableStream<Uint8Array>],
    ])("transcribes %s", async (_kind, open) => {
      const { text, words } = await clientOf().transcribe(await open());
      expect(text).toBe(TEXT);
      expect(words.map((word) => word.text).join(" ")).toBe(TEXT);
    });

    test("embeds, compares, classifies and diarizes", async () => {
      const clip = await wavOf("x16000");
      const client = clientOf();
      const { embedding, size } = await client.embed(clip, { model: "tiny-xvector-fp32" });
      expect(embedding).toBeInstanceOf(Float32Array);
      expect(embedding).toHaveLength(size);
      const { cosine } = await client.compare(clip, new Blob([clip]), {
        model: "tiny-xvector-fp32",
      });
      expect(cosine).toBe(1);
      const { labels } = await client.classify(clip, { model: "tiny-seqcls-fp32", top: 1 });
      expect(labels).toHaveLength(1);
      const { speakers } = await client.diarize(clip, { model: "tiny-afc-fp32", threshold: 0.4 });
      expect(speakers).toContain("speaker_1");
    });

    test("submits jobs, follows them, and gets their results by the types of their tasks", async () => {
      const { jobs } = clientOf();
      const clip = await openClip(PATH);
      const [said, computed] = await Promise.all([
        jobs.submit(clip, { task: "transcription", metadata: { call: 7 } }),
        jobs.submit(clip, { pool: "mean", format: "npz" }),
      ]);
      const { text } = await jobs.result(said);
      expect(text).toBe(TEXT);
      expect(await jobs.get(said.id)).toMatchObject({ status: "done", metadata: { call: 7 } });
      const { layers } = await jobs.result(computed);
      const { layers: waitedFor } = await clientOf().features(clip, { pool: "mean" });
      expect(layers).toEqual(waitedFor);
    });

    test("says of a job without a result why", async () => {
      const { jobs } = clientOf();
      const job = await jobs.submit(new TextEncoder().encode("no audio at all"));
      await expect(jobs.result(job)).rejects.toMatchObject({
        name: "JobError",
        message: expect.stringMatching(/audio/),
        job: { status: "failed", problem: { type: "/problems/not-audio" } },
      });
      await jobs.delete(job.id);
      await expect(jobs.get(job.id)).rejects.toMatchObject({ slug: "unknown-job", status: 404 });
    });

    test("is refused with the problem of the service", async () => {
      const error = await clientOf()
        .features(await openClip(PATH), { layers: "99" })
        .catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ServiceError);
      expect(error).toMatchObject({ slug: "layer-out-of-range", status: 422 });
    });

    test("says of what the service does not have that it may be older", async () => {
      const client = clientOf();
      const clip = await openClip(PATH);
      const newOption = client.features(clip, { made_up: "1" } as never);
      await expect(newOption).rejects.toMatchObject({
        slug: "unknown-option",
        message: expect.stringMatching(/made_up.* the service is older than the client/),
      });
      const newCall = async () => dataOf(await client.api.GET("/v1/made-up" as never, {} as never));
      await expect(newCall()).rejects.toMatchObject({
        slug: "not-found",
        message: expect.stringMatching(/\/v1\/made-up\..* the service is older than the client/),
      });
    });

    test("says which file cannot be read", async () => {
      await expect(openClip("no/such.wav")).rejects.toThrow(/no\/such\.wav/);
    });
  });
}
