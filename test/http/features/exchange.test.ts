import { beforeAll, describe, expect, test } from "vitest";
import { FeaturesSchema } from "../../../src/http/features/schema.ts";
import { STAGES } from "../../../src/telemetry/cost.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  bytesOf,
  chirp,
  post,
  type Service,
  startService,
  syntheticRegistry,
} from "../../support/http/service.ts";

const clip = chirp(800);
let service: Service;

beforeAll(async () => {
  service = startService(await tinyRegistry());
});

describe("how a clip and its options are sent", () => {
  const form = (...fields: [string, string][]) => {
    const data = new FormData();
    data.append("file", new File([clip], "clip.wav"));
    for (const [name, value] of fields) data.append(name, value);
    return data;
  };

  test("a form's file gives what the raw body gives, options in either place", async () => {
    const raw = await bytesOf(await post(service, "?layers=1&pool=mean&format=npy", clip));
    const inForm = form(["layers", "1"], ["pool", "mean"], ["format", "npy"]);
    expect(await bytesOf(await post(service, "", inForm))).toEqual(raw);
    const inBoth = await post(service, "?layers=1&format=npy", form(["pool", "mean"]));
    expect(await bytesOf(inBoth)).toEqual(raw);
  });

  test.each([
    ["application/x-npy", "application/x-npy"],
    ["application/zip", "application/zip"],
    ["application/octet-stream", "application/octet-stream"],
    ["text/html, application/json;q=0.9", "application/json"],
  ])("Accept: %s is answered as %s", async (accept, contentType) => {
    const response = await post(service, "", clip, { Accept: accept });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe(contentType);
    await response.arrayBuffer();
  });

  test("the format option wins over Accept", async () => {
    const response = await post(service, "?format=npy", clip, { Accept: "application/json" });
    expect(response.headers.get("Content-Type")).toBe("application/x-npy");
    await response.arrayBuffer();
  });

  test("the model may be named", async () => {
    const response = await post(service, "?model=tiny-group-fp32", clip);
    expect((await response.json()).model.id).toBe("tiny-group-fp32");
  });
});

describe("what the answer says beside the numbers", () => {
  test("the audio as received, and one frame per 20 ms of it at 16 kHz", async () => {
    const stereo = Array.from({ length: 2 }, () => Float32Array.from({ length: 44_100 }, Math.sin));
    const stereoClip = makeWav({ sampleRateHz: 44_100, channels: stereo, format: "s24" });
    const answer = FeaturesSchema.parse(await (await post(service, "", stereoClip)).json());
    expect(answer.audio).toMatchObject({
      container: "wav",
      sample_rate_hz: 44_100,
      channels: 2,
      bits_per_sample: 24,
      seconds: 1,
    });
    expect(answer.frames).toBe(Math.floor((16_000 - 400) / 320) + 1);
    expect(answer.frame_stride_seconds).toBe(0.02);
    expect(answer.windows).toBe(1);
    expect(answer.layers[0]?.shape[0]).toBe(answer.frames);
  });

  test("the pack, in the body and in the headers of every format", async () => {
    const [installed] = (await (await service.app.request("/v1/models")).json()).models;
    const response = await post(service, "?format=npy", clip);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-undertone-model": "tiny-group-fp32",
      "x-undertone-precision": "fp32",
      "x-undertone-pack-digest": installed.pack_digest,
      "x-undertone-weights": "checkpoint",
    });
    const { model, request_id } = await (
      await post(service, "", clip, { "X-Request-Id": "r-9" })
    ).json();
    expect(model).toEqual({
      id: "tiny-group-fp32",
      precision: "fp32",
      pack_digest: installed.pack_digest,
      weights: "checkpoint",
    });
    expect(request_id).toBe("r-9");
  });

  test("synthetic weights, in the answer, its headers and the log", async () => {
    const synthetic = startService(await syntheticRegistry());
    const response = await post(synthetic, "", clip);
    expect(response.headers.get("X-Undertone-Weights")).toBe("synthetic");
    expect((await response.json()).model.weights).toBe("synthetic");
    expect(synthetic.logged).toEqual([
      expect.objectContaining({
        event: "request",
        status: 200,
        model: "tiny-group-fp32",
        weights: "synthetic",
      }),
    ]);
  });

  test("where the time went", async () => {
    const response = await post(service, "?format=npy", clip, { "Cache-Control": "no-cache" });
    const stages = response.headers
      .get("Server-Timing")
      ?.split(", ")
      .map((entry) => entry.split(";")[0]);
    expect(stages).toEqual([...STAGES, "total", "weights"]);
  });

  test.each([
    ["a clip that is too short", () => post(service, "", chirp(399)), /decode;dur=.*total;dur=/],
    ["an unknown option", () => post(service, "?pooling=mean", clip), /total;dur=/],
  ])("where the time of %s went", async (_, ask, expected) => {
    const response = await ask();
    expect(response.status).toBe(422);
    expect(response.headers.get("Server-Timing")).toMatch(expected);
  });

  test("that the clock stands still, where it does", async () => {
    const still = startService(await tinyRegistry(), { clockAdvancesDuringComputation: false });
    const response = await post(still, "?format=npy", chirp(400));
    expect(response.headers.get("Server-Timing")).toContain("stands still");
  });
});
