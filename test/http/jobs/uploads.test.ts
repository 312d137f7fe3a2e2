import { beforeEach, describe, expect, test } from "vitest";
import { createLedger, type MemoryLedger } from "../../../src/ledger.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { chirp, problemOf } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

const MEBIBYTE = 2 ** 20;
const clip = chirp(1600);

let service: JobService;
let ledger: MemoryLedger;
beforeEach(async () => {
  ledger = createLedger(1e9);
  service = await startJobService({ settings: readSettings({}), ledger });
});

const stored = () => service.platform.files.list("clips/");
const submit = (body: BodyInit, query = "", headers: HeadersInit = {}) =>
  service.app.request(`/v1/jobs${query}`, {
    method: "POST",
    body,
    headers,
    duplex: "half",
  } as RequestInit);

function form(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>, fields = {}): FormData {
  const data = new FormData();
  for (const [name, bytes] of Object.entries(files)) {
    data.append(name, new File([bytes], `${name}.wav`));
  }
  for (const [name, value] of Object.entries(fields)) data.append(name, String(value));
  return data;
}

describe("an uploaded clip of a job", () => {
  test("of 30 MiB is stored without being held", async () => {
    const large = chirp(4 * MEBIBYTE, { format: "f32" });
    const bytes = new Uint8Array(30 * MEBIBYTE);
    bytes.set(large);
    const { status } = await submit(bytes, "?end=1");
    expect(status).toBe(202);
    expect(ledger.peakBytes()).toBeLessThan(7 * MEBIBYTE);
    const [key] = await stored();
    expect((await service.platform.files.get(key ?? ""))?.length).toBe(bytes.length);
    expect(ledger.heldBytes()).toBe(0);
  });

  test("is decoded as it is read, and deleted when its job is over", async () => {
    const id = (await (await submit(clip, "?pool=mean")).json()).id;
    expect(await stored()).toEqual([`clips/${id}`]);
    await service.drain();
    expect(await service.job(id)).toMatchObject({ status: "done" });
    expect(await stored()).toEqual([]);
    expect(ledger.heldBytes()).toBe(0);
  });

  test.each([
    ["an option that is none", () => submit(clip, "?pools=mean"), "/problems/unknown-option"],
    ["no such model", () => submit(clip, "?model=absent"), "/problems/unknown-model"],
    [
      "an option of the form that is none",
      () => submit(form({ file: clip }, { pools: "mean" })),
      "/problems/unknown-option",
    ],
    [
      "a pair without its other clip",
      () => submit(form({ a: clip }, { task: "comparison" })),
      "/problems/missing-file",
    ],
    ["no bytes", () => submit(new Uint8Array()), "/problems/empty-body"],
    ["no bytes in a form", () => submit(form({ file: new Uint8Array() })), "/problems/empty-body"],
    [
      "a webhook that nobody can sign",
      () => submit(clip, "?callback_url=https://example.com/hook"),
      "/problems/no-webhook-secret",
    ],
  ])("is not kept if the request is refused: %s", async (_, send, type) => {
    expect(await problemOf(await send())).toMatchObject({ type });
    expect(await stored()).toEqual([]);
  });

  test("is not kept if its body breaks off", async () => {
    const breaking = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(clip);
        controller.error(new Error("broken off"));
      },
    });
    expect((await submit(breaking)).status).toBe(499);
    expect(await stored()).toEqual([]);
  });

  test("that is sent twice with one Idempotency-Key is stored once", async () => {
    const headers = { "Idempotency-Key": '"k"' };
    const first = await (await submit(clip, "", headers)).json();
    const again = await (await submit(form({ file: clip }), "", headers)).json();
    expect(again.id).toBe(first.id);
    expect(await stored()).toEqual([`clips/${first.id}`]);
  });

  test("beside others of a form that no task takes is the only one kept", async () => {
    const { id } = await (await submit(form({ a: clip, file: clip, b: clip }))).json();
    expect(await stored()).toEqual([`clips/${id}`]);
    await service.drain();
    expect(await service.job(id)).toMatchObject({ status: "done" });
  });
});
