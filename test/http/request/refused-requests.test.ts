import { beforeAll, describe, expect, test } from "vitest";
import { goodClip, type Refusal, startRefusingService } from "../../support/http/refusal.ts";
import { chirp, post } from "../../support/http/service.ts";

let refusing: Awaited<ReturnType<typeof startRefusingService>>;

beforeAll(async () => {
  refusing = await startRefusingService();
});

const invalid = (detail: RegExp) => ({ slug: "invalid-option", status: 422, detail });
const outOfRange = { slug: "layer-out-of-range", status: 422, detail: /0 to 3/ };
const severalLayers = { slug: "one-layer-only", status: 422, detail: /npz or safetensors/ };
const unknownModel = { slug: "unknown-model", status: 404, detail: /tiny-group-fp32/ };

const cases: [query: string, accept: string, refusal: Refusal][] = [
  ["?layers=4", "*/*", outOfRange],
  ["?layers=-5", "*/*", outOfRange],
  ["?layers=99999999999999999999", "*/*", outOfRange],
  ["?layers=all&format=npy", "*/*", severalLayers],
  ["?layers=0,1", "application/x-npy", severalLayers],
  ["?layers=0,extract_features&format=npy", "*/*", severalLayers],
  ["?model=nope", "*/*", unknownModel],
  ["?model=../../etc/passwd", "*/*", unknownModel],
  ["?model=", "*/*", invalid(/model/)],
  ["?pool=median", "*/*", invalid(/none, mean, mean_std, max/)],
  ["?format=csv", "*/*", invalid(/json, npy, npz, safetensors/)],
  ["?layers=six", "*/*", invalid(/last, all/)],
  ["?pool=mean&pool=max", "*/*", invalid(/pool.*once/)],
  ["?format=npz&encoding=base64", "*/*", invalid(/json/)],
  ["?encoding=base64", "application/zip", invalid(/json/)],
  ["?layer=3", "*/*", { slug: "unknown-option", status: 422, detail: /layers/ }],
  ["", "text/html", { slug: "not-acceptable", status: 406, detail: /application\/json/ }],
];

describe("POST /v1/features refuses, and goes on working after", () => {
  test.each(cases)("%s with Accept: %s", async (query, Accept, refusal) => {
    const response = await post(refusing.service, query, goodClip, { Accept });
    await refusing.expectRefused(response, refusal);
  });

  test("form fields that are no options", async () => {
    const form = new FormData();
    form.append("file", new File([goodClip], "clip.wav"));
    form.append("pooling", "mean");
    const response = await post(refusing.service, "", form);
    await refusing.expectRefused(response, { slug: "unknown-option", status: 422 });
  });

  test("a query it cannot honour before the body is read", async () => {
    let pulled = 0;
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const response = await refusing.service.app.request("/v1/features?pool=median", init);
    await refusing.expectRefused(response, invalid(/pool/));
    expect(pulled).toBe(0);
  });

  test("to go on for a client that has left", async () => {
    const init = { method: "POST", body: chirp(16_000), signal: AbortSignal.abort() };
    const response = await refusing.service.app.request("/v1/features", init);
    expect(refusing.service.logged.at(-1)).toMatchObject({ status: 499 });
    await refusing.expectRefused(response, { slug: "request-aborted", status: 499 });
  });

  test("no query, however it is made, with a 500", async () => {
    for (const query of ["?__proto__=1", "?constructor=1", "?=", "?layers=%ff", "?model=%00"]) {
      const response = await post(refusing.service, query, goodClip);
      expect(response.status, query).toBeLessThan(500);
      await response.arrayBuffer();
    }
  });
});
