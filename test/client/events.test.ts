import { afterEach, expect, test } from "vitest";
import { createClient } from "../../src/client/index.ts";
import { type Answer, startHttpServer, type TestServer } from "../support/jobs/http-server.ts";

let server: TestServer | undefined;
afterEach(() => server?.close());

const jobOf = (status: string, layers = 0) => ({
  id: "job_1",
  status,
  task: "features",
  progress: { layers_done: layers },
});
const event = (name: string, job: object) => `event: ${name}\ndata: ${JSON.stringify(job)}\n\n`;

/** Follows job_1 of a server that gives each of `streams` once; what is asked besides is answered by `other`. */
async function follow(streams: readonly Answer[], other: Answer) {
  const left = [...streams];
  const started = await startHttpServer((request, response) => {
    const stream = request.path.endsWith("/events") ? left.shift() : undefined;
    (stream ?? other)(request, response);
  });
  server = started;
  const { jobs } = createClient({ baseUrl: started.url, tries: 1 });
  const statuses: string[] = [];
  for await (const { status, progress } of jobs.follow("job_1")) {
    statuses.push(`${status} ${progress.layers_done}`);
  }
  return { statuses, paths: started.received.map(({ path }) => path) };
}

const streamOf =
  (...pieces: readonly string[]): Answer =>
  async (_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise(setImmediate);
    }
    response.end();
  };
const job =
  (status: string): Answer =>
  (_, response) =>
    response
      .writeHead(200, { "Content-Type": "application/json" })
      .end(JSON.stringify(jobOf(status)));
const problem =
  (status: number, slug: string): Answer =>
  (_, response) =>
    response
      .writeHead(status, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify({ type: `/problems/${slug}`, detail: slug }));

test("a job is followed to its end, however its events are cut into pieces", async () => {
  const text = [
    event("progress", jobOf("queued")),
    ": \n\n",
    event("progress", jobOf("running", 3)),
    event("done", jobOf("done", 6)),
  ].join("");
  const pieces = text.match(/[\s\S]{1,7}/g) ?? [];
  const { statuses } = await follow([streamOf(...pieces)], job("done"));
  expect(statuses).toEqual(["queued 0", "running 3", "done 6"]);
});

test("a stream that ends before its job is followed by another, and nothing is told twice", async () => {
  const first = streamOf(event("progress", jobOf("running", 3)));
  const second = streamOf(
    event("progress", jobOf("running", 3)),
    event("failed", jobOf("failed", 3)),
  );
  const { statuses } = await follow([first, second], job("running"));
  expect(statuses).toEqual(["running 3", "failed 3"]);
});

test("a job is polled where no event stream is left", async () => {
  const { statuses, paths } = await follow([problem(503, "event-streams-full")], job("done"));
  expect(statuses).toEqual(["done 0"]);
  expect(paths).toEqual(["/v1/jobs/job_1/events", "/v1/jobs/job_1"]);
});

test("a job that is deleted meanwhile is unknown", async () => {
  const deleted = streamOf(event("progress", jobOf("running")), event("deleted", {}));
  await expect(follow([deleted], problem(404, "unknown-job"))).rejects.toMatchObject({
    slug: "unknown-job",
    status: 404,
  });
});
