import { beforeAll, describe, expect, test, vi } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { UndertoneError } from "../../../src/errors.ts";
import { chirp, problemOf } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

const clip = chirp(1600);
let service: JobService;
beforeAll(async () => {
  service = await startJobService();
});

describe("Idempotency-Key", () => {
  const submit = (key: string, body: BodyInit = clip, query = "") =>
    service.app.request(`/v1/jobs${query}`, {
      method: "POST",
      body,
      headers: { "Idempotency-Key": key },
    });
  const form = (name: string) => {
    const fields = new FormData();
    fields.append("file", new File([clip], name));
    return fields;
  };

  test("makes one job of a request that is repeated, quoted or bare, also when it is over", async () => {
    const first = await (await submit('"k-1"')).json();
    expect((await (await submit("k-1")).json()).id).toBe(first.id);
    await service.drain();
    const repeated = await submit("k-1");
    expect(repeated.status).toBe(202);
    expect(await repeated.json()).toMatchObject({ id: first.id, status: "done" });
  });

  test("looks at what a form holds, not at its boundary or the file's name", async () => {
    const first = await (await submit("k-2", form("a.wav"))).json();
    expect((await (await submit("k-2", form("b.wav"))).json()).id).toBe(first.id);
  });

  test.each([
    ["another clip", chirp(444), ""],
    ["other options", clip, "?pool=max"],
    ["other metadata", clip, "?metadata=1"],
  ])("refuses %s under the same key", async (_what, body, query) => {
    await submit("k-3");
    expect(await problemOf(await submit("k-3", body, query))).toMatchObject({
      type: "/problems/idempotency-key-reused",
      status: 422,
    });
  });

  test("makes one job of requests that come at once; the others are told to wait or get it", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit("k-4", chirp(777))));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    const ids = new Set(bodies.flatMap((body) => body.id ?? []));
    expect(ids.size).toBe(1);
    for (const [index, answer] of answers.entries()) {
      expect([202, 409]).toContain(answer.status);
      if (answer.status === 409) {
        expect(bodies[index].type).toBe("/problems/idempotency-key-in-use");
        expect(answer.headers.get("Retry-After")).toBe("5");
      }
    }
  });

  test("forgets a first request that was refused", async () => {
    expect((await submit("k-5", clip, "?model=nope")).status).toBe(404);
    expect((await submit("k-5")).status).toBe(202);
  });

  test("goes on with the same job where the first request met an outage half-way", async () => {
    const { queue, database } = service.platform;
    const outage = new UndertoneError("storage-unavailable", "The queue is out.");
    vi.spyOn(queue, "send").mockRejectedValueOnce(outage);
    expect((await submit("k-6", chirp(901))).status).toBe(503);
    const { id } = await (await submit("k-6", chirp(901))).json();
    await service.drain();
    expect(await service.job(id)).toMatchObject({ status: "done" });
    // Not one of the first request either.
    const unfinished = await database.all(sql`SELECT id FROM jobs WHERE status <> 'done'`);
    expect(unfinished).toEqual([]);
  });

  test("keeps the key of a first request that takes long, and says how long its lease lasts", async () => {
    const { queue } = service.platform;
    const released = Promise.withResolvers<void>();
    vi.spyOn(queue, "send").mockImplementationOnce(async () => await released.promise);
    const first = submit("k-7", chirp(902));
    const leased = () =>
      service.platform.database.first<{ leased_until: number }>(
        sql`SELECT leased_until FROM idempotency WHERE key = 'k-7'`,
      );
    await vi.waitUntil(leased, 20_000);
    service.clock.nowMs += 3000;
    const early = await submit("k-7", chirp(902));
    expect(early.status).toBe(409);
    // Or it was renewed a moment ago.
    expect(["2", "5"]).toContain(early.headers.get("Retry-After"));
    // Renewed, by a timer that knows nothing of this clock.
    const renewedMs = service.clock.nowMs + 5000;
    await expect.poll(leased, { timeout: 20_000 }).toEqual({ leased_until: renewedMs });
    service.clock.nowMs += 4000;
    expect((await submit("k-7", chirp(902))).status).toBe(409);
    released.resolve();
    const { id } = await (await first).json();
    expect((await (await submit("k-7", chirp(902))).json()).id).toBe(id);
  });

  test("waits a minute for a process that knows of no leases", async () => {
    const { database } = service.platform;
    await submit("k-8", chirp(903));
    await database.run(sql`UPDATE idempotency SET complete = 0, leased_until = NULL,
      created_at = ${service.clock.nowMs - 50_000} WHERE key = 'k-8'`);
    expect((await submit("k-8", chirp(903))).headers.get("Retry-After")).toBe("10");
    service.clock.nowMs += 10_000;
    expect((await submit("k-8", chirp(903))).status).toBe(202);
  });

  test.each(["", " ", "a b", "ä", "a".repeat(256), '"a'])("refuses %j as a key", async (key) => {
    const problem = await problemOf(await submit(key));
    expect(problem).toMatchObject({ type: "/problems/idempotency-key-invalid", status: 400 });
  });
});
