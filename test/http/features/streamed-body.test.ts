import { beforeAll, describe, expect, test } from "vitest";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, problemOf, type Service, startService } from "../../support/http/service.ts";

let service: Service;
beforeAll(async () => {
  service = startService(await tinyRegistry());
});

describe("a raw body", () => {
  test("is decoded while it arrives, and refused as soon as it is too long", async () => {
    const endless = makeWav({
      sampleRateHz: 8_000,
      channels: [new Float32Array(8_000)],
      format: "s16",
    });
    new DataView(endless.buffer).setUint32(4, 0, true);
    new DataView(endless.buffer).setUint32(40, 0xffffffff, true);
    let sentBytes = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          controller.enqueue(sentBytes === 0 ? endless : new Uint8Array(1_000));
          sentBytes += sentBytes === 0 ? endless.length : 1_000;
        },
      },
      { highWaterMark: 0 },
    );
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const problem = await problemOf(await service.app.request("/v1/features", init));
    expect(problem).toMatchObject({ type: "/problems/clip-too-long" });
    expect(sentBytes).toBeLessThan(200_000);
  });

  test("of an unknown model is refused before it is read", async () => {
    let pulled = 0;
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const response = await service.app.request("/v1/features?model=nope", init);
    expect(await problemOf(response)).toMatchObject({ type: "/problems/unknown-model" });
    expect(pulled).toBe(0);
  });

  test("is read to its end though its part has ended before, so that the client can send it", async () => {
    let pulled = 0;
    const bytes = chirp(16_000);
    const body = new ReadableStream(
      {
        pull(controller) {
          const piece = bytes.slice(pulled * 1_000, (pulled + 1) * 1_000);
          pulled++;
          if (piece.length > 0) controller.enqueue(piece);
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const response = await service.app.request("/v1/features?pool=mean&end=0.1", init);
    expect(response.status).toBe(200);
    expect(pulled * 1_000).toBeGreaterThanOrEqual(bytes.length);
  });
});
