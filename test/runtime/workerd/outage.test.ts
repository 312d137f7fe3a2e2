import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { chirp } from "../../support/http/service.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";

let worker: BootedWorker;
let files: TestServer;
const { promise: released, resolve: release } = Promise.withResolvers<void>();
const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
beforeAll(async () => {
  files = await startHttpServer(async (_, response) => {
    noteAsked();
    await released;
    response.end(chirp(800));
  });
  worker = await bootWorker({ JOB_LEASE_SECONDS: "2", JOB_RETRY_SECONDS: "0" });
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(async () => {
  await worker?.stop();
  await files?.close();
});

it("a Worker without its tables asks for patience, and ends the job that was under way once they are back", async () => {
  const submitted = await worker.fetch("/v1/jobs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ audio: { url: `${files.url}/clip.wav` } }),
  });
  const { id } = await submitted.json();
  await asked;
  await worker.database.run(sql`ALTER TABLE jobs RENAME TO elsewhere`);
  const answer = await worker.fetch(`/v1/jobs/${id}`);
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({ type: "/problems/storage-unavailable" });
  expect(worker.logs()).toContainEqual(
    expect.objectContaining({
      event: "storage-unavailable",
      service: "database",
      message: expect.stringContaining("no such table: jobs"),
    }),
  );

  release();
  const failedMessage = expect.objectContaining({ event: "message-failed" });
  await vi.waitFor(() => expect(worker.logs()).toContainEqual(failedMessage), { timeout: 20_000 });
  await worker.database.run(sql`ALTER TABLE elsewhere RENAME TO jobs`);
  const status = async () => (await (await worker.fetch(`/v1/jobs/${id}`)).json()).status;
  await vi.waitFor(async () => expect(await status()).toBe("done"), {
    timeout: 60_000,
    interval: 500,
  });
});
