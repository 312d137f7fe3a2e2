import { beforeAll, expect, test } from "vitest";
import { openInlineClip } from "../../../src/http/request/inline-clip.ts";
import { generousTerms } from "../../support/http/body-terms.ts";
import { chirp, type Service, startService } from "../../support/http/service.ts";
import { taskModels } from "../../support/http/tasks.ts";

let service: Service;
beforeAll(async () => {
  service = startService(await taskModels());
});

async function embeddingOf(input: string): Promise<number[]> {
  const response = await service.app.request("/v1/embeddings", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ input, model: "tiny-xvector-fp32" }),
  });
  const { data, detail } = await response.json();
  expect(detail).toBeUndefined();
  return data[0].embedding;
}

// More characters than are decoded at once.
const BASE64 = Buffer.from(chirp(32_000)).toString("base64");

test.each([
  ["lines of MIME", BASE64.replace(/.{76}/g, "$&\r\n")],
  ["lines of an odd length", BASE64.replace(/.{75}/g, "$&\n")],
  ["a data URL with a space", `data:audio/wav;base64, ${BASE64}`],
  ["no padding", BASE64.replace(/=+$/, "")],
])("base64 in %s is the clip, whole", async (_, text) => {
  expect(await embeddingOf(text)).toEqual(await embeddingOf(BASE64));
});

test("other work is let in while the rest of a clip is passed over", async () => {
  const { platform } = service;
  const context = { ...platform, settings: { ...platform.settings, maxClipBytes: 4e6 } };
  const upload = openInlineClip(
    context,
    { request: new Request("http://localhost/"), terms: generousTerms() },
    { member: "input", text: Buffer.alloc(3e6).toString("base64"), fields: new Map() },
  );
  let turns = 0;
  let isOver = false;
  const countTurn = () => {
    turns++;
    if (!isOver) setImmediate(countTurn);
  };
  setImmediate(countTurn);
  await upload.finish();
  isOver = true;
  expect(turns).toBeGreaterThan(5);
});
