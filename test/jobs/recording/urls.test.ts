import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readSettings } from "../../../src/platform/settings.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { WalkableStore } from "../../../src/store/store.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { jsonBody } from "../../support/jobs/job-service.ts";
import {
  LONG_CLIP,
  leftovers,
  resultOf,
  startRecordings,
  WINDOW_SECONDS,
} from "../../support/jobs/recordings.ts";

const STALL_MS = 300;
const HALF_BYTES = LONG_CLIP.length / 2;
/** The clip with its second half first: as many bytes, other ones. */
const OTHER_CLIP = LONG_CLIP.slice();
OTHER_CLIP.copyWithin(44, HALF_BYTES + 22);

/** What the URL gives, request by request; the last one again and again. */
let gives: readonly ("clip" | "other" | "half" | "stall")[];
let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer((_, response) => {
    const given = gives[Math.min(server.received.length, gives.length) - 1];
    const clip = given === "other" ? OTHER_CLIP : LONG_CLIP;
    response.writeHead(200, { "Content-Length": clip.length, ETag: `"${given}"` });
    if (given === "half") response.write(clip.subarray(0, HALF_BYTES), () => response.destroy());
    else if (given === "stall") response.write(clip.subarray(0, HALF_BYTES));
    else response.end(clip);
  });
});
beforeEach(() => {
  server.received.length = 0;
});
afterAll(() => server.close());

async function submitUrl(files: WalkableStore = memoryStore()) {
  const settings = { ...readSettings({}), windowSeconds: WINDOW_SECONDS, jobStallMs: STALL_MS };
  const service = await startRecordings(["tiny-group"], { files, settings });
  const { body, headers } = jsonBody({ audio_url: server.url, pool: "mean", format: "npy" });
  return { service, id: await service.submit(body, "", headers) };
}

async function resultOfUpload(clip: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const service = await startRecordings();
  const id = await service.submit(clip, "?pool=mean&format=npy");
  await service.drain();
  return resultOf(service, id);
}

/** Files of which the second part of samples cannot be written the first time. */
function failingOnce(): WalkableStore {
  const inner = memoryStore();
  let parts = 0;
  return {
    ...inner,
    async put(key, bytes) {
      if (key.startsWith("samples/") && ++parts === 2) throw new Error("The store is away.");
      return inner.put(key, bytes);
    },
  };
}

test("every try is about the bytes that were fetched once, whatever the URL gives by then", async () => {
  gives = ["clip", "other"];
  const { service, id } = await submitUrl(failingOnce());
  await service.drain();
  expect(await service.job(id)).toMatchObject({ status: "done", tries: 2 });
  expect(server.received).toHaveLength(1);
  expect(await resultOf(service, id)).toEqual(await resultOfUpload(LONG_CLIP));
});

test("a URL that breaks off is fetched anew from its start, and never joined with what came before", async () => {
  gives = ["half", "other"];
  const { service, id } = await submitUrl();
  await service.drain();
  expect(await service.job(id)).toMatchObject({ status: "done", tries: 2 });
  expect(await resultOf(service, id)).toEqual(await resultOfUpload(OTHER_CLIP));
});

test("a URL that stalls in the middle is given up, and fetched anew from its start", async () => {
  gives = ["stall", "other"];
  const { service, id } = await submitUrl();
  await service.drain();
  expect(await service.job(id)).toMatchObject({ status: "done", tries: 2 });
  expect(await resultOf(service, id)).toEqual(await resultOfUpload(OTHER_CLIP));
});

test("a URL that stalls each time ends the job, which says for how long it was silent", async () => {
  gives = ["stall"];
  const { service, id } = await submitUrl();
  await service.drain();
  const { status, problem } = await service.job(id);
  expect({ status, problem }).toMatchObject({
    status: "failed",
    problem: {
      ...{ type: "/problems/tries-exhausted", last_problem: "url-unreachable" },
      detail: expect.stringContaining(`sent nothing for ${STALL_MS / 1000} s`),
    },
  });
  expect(await leftovers(service)).toMatchObject({ recordings: 0, samples: [], clips: [] });
});

test("a URL that breaks off each time ends the job, and leaves nothing", async () => {
  gives = ["half"];
  const { service, id } = await submitUrl();
  await service.drain();
  const { status, problem } = await service.job(id);
  expect({ status, problem }).toMatchObject({
    status: "failed",
    problem: { type: "/problems/tries-exhausted", last_problem: "url-unreachable" },
  });
  expect(server.received).toHaveLength(6);
  expect(await leftovers(service)).toEqual({
    ...{ recordings: 0, windows: 0, samples: [], clips: [], results: [] },
  });
});
