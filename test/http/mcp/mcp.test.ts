import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startService } from "../../support/http/service.ts";
import { taskModels } from "../../support/http/tasks.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";

let files: TestServer;
let answering: ServerResponse | undefined;
beforeAll(async () => {
  files = await startHttpServer((_, response) => {
    answering = response;
    response.write("no audio at all, and more of it to come".repeat(1000));
  });
});
afterAll(() => files.close());

test("a comparison that fails in the middle of a clip fetches no more of it", async () => {
  const { app } = startService(await taskModels());
  const clips = { a: `${files.url}/endless.wav`, b: `${files.url}/endless.wav` };
  const params = { name: "compare", arguments: { ...clips, model: "tiny-xvector-fp32" } };
  const response = await app.request("/mcp", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  });
  expect((await response.json()).result).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/^not-audio: Clip a: /) }],
  });
  if (answering?.closed === false) {
    await once(answering, "close", { signal: AbortSignal.timeout(5000) });
  }
  expect(files.received).toHaveLength(1);
});
