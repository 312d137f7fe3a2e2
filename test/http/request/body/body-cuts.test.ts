import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { inPieces, pieceSizes } from "../../../../support/decoding/decode-all.ts";
import { tinyRegistry } from "../../../../support/packs/tiny-pack.ts";
import { chirp, type Service, startService } from "../../../support/http/service.ts";
import { startTaskService } from "../../../support/http/tasks.ts";

const FORM = "multipart/form-data; boundary=b";
const JSONL = "application/x-ndjson";
/** Bodies have fewer bytes than the pieces in which one may come (docs/api.md), so that it may come in single bytes. */
const CLIP = chirp(8000);
const SHORT_CLIP = chirp(3500);

let service: Service;
/** One whose models have heads for tasks. */
let tasks: Service;
beforeAll(async () => {
  service = startService(await tinyRegistry());
  tasks = await startTaskService();
});

const part = (disposition: string, bytes: Uint8Array | string) =>
  Buffer.concat([
    Buffer.from(`--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(bytes),
    Buffer.from("\r\n"),
  ]);
const form = (...parts: Buffer[]) => Buffer.concat([...parts, Buffer.from("--b--\r\n")]);
const option = part('name="pool"', "mean");
const file = part('name="file"; filename="a.wav"', CLIP);
const pair = ["a", "b"].map((name) => part(`name="${name}"; filename="${name}.wav"`, SHORT_CLIP));
const url = (name: string) => `{"url": "https://example.com/${name}.wav", "id": "${name}"}\n`;

/** The status of an answer, and what of its JSON is not new each time. */
async function answerTo(path: string, contentType: string, body: Uint8Array, sizes: number[]) {
  const pieces = inPieces(body, sizes);
  const stream = new ReadableStream({
    pull(controller) {
      const { done, value } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const headers = { "Content-Type": contentType };
  const init = { method: "POST", headers, body: stream, duplex: "half" } as RequestInit;
  const { app } = path.includes("model=") ? tasks : service;
  const answer = await app.request(path, init);
  const { request_id, instance, id, created_at, expires_at, links, ...same } = await answer.json();
  return { status: answer.status, same };
}

describe("any cut of a body gives the same answer", () => {
  test.each([
    ["a clip", "/v1/features?pool=mean", "audio/wav", CLIP],
    ["a form", "/v1/features", FORM, form(option, file)],
    ["a form with its file first", "/v1/features", FORM, form(file, option)],
    ["a broken form", "/v1/features", FORM, form(option, file).subarray(0, 12_000)],
    ["a form without a file", "/v1/features", FORM, form(option, option)],
    ["what is no audio", "/v1/features", "audio/wav", Buffer.alloc(70_000, "x")],
    ["a job's clip", "/v1/jobs?pool=mean", "audio/wav", CLIP],
    ["a job's JSON", "/v1/jobs", "application/json", Buffer.from('{"audio": {"url": 7}}')],
    ["a comparison's two clips", "/v1/comparisons?model=tiny-xvector-fp32", FORM, form(...pair)],
    [
      "a comparison without its second clip",
      "/v1/comparisons?model=tiny-xvector-fp32",
      FORM,
      form(pair[0] as Buffer),
    ],
    ["a batch", "/v1/batches", JSONL, Buffer.from(url("a") + url("b"))],
    ["a batch with a broken line", "/v1/batches", JSONL, Buffer.from(`${url("a")}{\n${url("b")}`)],
    ["a webhook for nobody", "/v1/hooks/none", "application/json", Buffer.from("{}")],
  ])("%s", async (_, path, contentType, body) => {
    const whole = await answerTo(path, contentType, body, []);
    await fc.assert(
      fc.asyncProperty(pieceSizes, async (sizes) => {
        expect(await answerTo(path, contentType, body, sizes)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });
});
