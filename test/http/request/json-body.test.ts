import { beforeAll, describe, expect, test } from "vitest";
import { problemOf, type Service, startService } from "../../support/http/service.ts";
import { taskModels } from "../../support/http/tasks.ts";

const MEGABYTE = 1024 * 1024;
const POSTS = ["/v1/embeddings", "/mcp", "/hf/models/tiny-xvector-fp32"];

let service: Service;
beforeAll(async () => {
  service = startService(await taskModels());
});

const send = async (path: string, body: string) => {
  const headers = { "Content-Type": "application/json" };
  return service.app.request(path, { method: "POST", headers, body });
};

describe.each(POSTS)("POST %s", (path) => {
  test.each([
    ["empty objects", `{"input": [${"{},".repeat(MEGABYTE)}1]}`, /65536 bytes outside of strings/],
    ["empty strings", `{"input": [${'"",'.repeat(MEGABYTE)}1]}`, /65536 bytes outside of strings/],
    ["levels", `{"input": ${"[".repeat(200)}${"]".repeat(200)}}`, /100 levels/],
  ])("refuses a body of many %s before it is parsed", async (_, body, detail) => {
    const problem = await problemOf(await send(path, body));
    expect(problem).toMatchObject({ type: "/problems/malformed-json", status: 400 });
    expect(problem.detail).toMatch(detail);
  });
});

test("a job whose metadata has too many levels to be written is refused", async () => {
  const levels = "[".repeat(20_000) + "]".repeat(20_000);
  const body = `{"audio_url": "https://example.com/a.wav", "metadata": ${levels}}`;
  const problem = await problemOf(await send("/v1/jobs", body));
  expect(problem).toMatchObject({ type: "/problems/malformed-json", status: 400 });
});

test("brackets, escaped quotes and backslashes in strings are text", async () => {
  const user = JSON.stringify(`"\\${'["\\'.repeat(MEGABYTE / 4)}`);
  const problem = await problemOf(await send("/v1/embeddings", `{"input": [1], "user": ${user}}`));
  expect(problem).toMatchObject({ type: "/problems/invalid-option", option: "input" });
});

test.each([
  ["/v1/embeddings", "input"],
  ["/hf/models/tiny-xvector-fp32", "inputs"],
])("POST %s repeats no option that is as long as a clip", async (path, member) => {
  for (const option of [{ ["x".repeat(MEGABYTE)]: 1 }, { channel: "x".repeat(MEGABYTE) }]) {
    const response = await send(path, JSON.stringify({ [member]: "AAAA", ...option }));
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ type: "/problems/body-too-large", status: 413 });
    expect(JSON.stringify(problem).length).toBeLessThan(1000);
  }
});
