import { request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";

const PATH = "/v1/features?pool=mean";
const CLIP = readClip("mp3/vbr-44100-2.mp3");

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(() => worker?.stop());

/** An upload that is sent piece by piece. */
function upload(path = PATH) {
  const client = request(new URL(path, worker.url), { method: "POST" });
  const answer = new Promise<{ status: number | undefined; body: Promise<string> }>(
    (resolve, reject) => {
      client.on("error", reject);
      client.on("response", (response) =>
        resolve({ status: response.statusCode, body: text(response) }),
      );
    },
  );
  answer.catch(() => {});
  return { client, answer };
}

async function layersOf(body: Promise<string> | string) {
  return JSON.parse(await body).layers;
}

async function expected() {
  return layersOf((await worker.fetch(PATH, { method: "POST", body: CLIP })).text());
}

describe("a body that comes slowly", () => {
  it("is a clip like any other", async () => {
    const { client, answer } = upload();
    for (let at = 0; at < CLIP.length; at += 3_001) {
      client.write(CLIP.subarray(at, at + 3_001));
      await delay(2);
    }
    client.end();
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(await layersOf(body)).toEqual(await expected());
  });

  it("is refused while it comes, once it is too long", async () => {
    const { client, answer } = upload();
    const wav = makeWav({ sampleRateHz: 8_000, channels: [new Float32Array(0)], format: "u8" });
    new DataView(wav.buffer).setUint32(4, 0, true);
    new DataView(wav.buffer).setUint32(40, 0xffffffff, true);
    client.write(wav);
    let isAnswered = false;
    void answer.finally(() => {
      isAnswered = true;
    });
    // The body never ends: an answer can only come in the middle of it.
    while (!isAnswered) {
      client.write(new Uint8Array(8_000).fill(128));
      await delay(5);
    }
    const { status, body } = await answer;
    expect(status).toBe(413);
    expect(JSON.parse(await body)).toMatchObject({ type: "/problems/clip-too-long" });
    client.destroy();
  });

  it("is given up once its client hangs up, and the next clip is computed", async () => {
    const before = await expected();
    for (let round = 0; round < 5; round++) {
      const { client } = upload();
      client.write(CLIP.subarray(0, CLIP.length >> 1));
      await delay(50);
      client.destroy();
    }
    const left = () => worker.logs().filter(({ problem }) => problem === "request-aborted");
    await vi.waitFor(() => expect(left()).toHaveLength(5), { timeout: 20_000 });
    expect(await expected()).toEqual(before);
  });
});

describe("a form", () => {
  const form = (...fields: [string, string | File][]) => {
    const data = new FormData();
    for (const [name, value] of fields) data.append(name, value);
    return data;
  };
  const file: [string, File] = ["file", new File([CLIP], "clip.mp3")];

  it("gives what the raw body gives, its options before or after the file", async () => {
    const query = "/v1/features?pool=mean&channel=left&start=0.2&end=0.9";
    const raw = await worker.fetch(query, { method: "POST", body: CLIP });
    const { layers, audio } = await raw.json();
    expect(audio).toMatchObject({ channel: "left", start: 0.2, end: 0.9 });
    const options: [string, string][] = [
      ...Object.entries({ channel: "left", start: "0.2", end: "0.9", pool: "mean" }),
    ];
    for (const fields of [
      [...options, file],
      [file, ...options],
    ]) {
      const response = await worker.fetch("/v1/features", {
        method: "POST",
        body: form(...fields),
      });
      expect((await response.json()).layers).toEqual(layers);
    }
  });
});
