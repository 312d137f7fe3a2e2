/** The client of the Model Context Protocol's own SDK. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, expect, test } from "vitest";
import { CLEAR_CLIPS, readSpokenClip, type SpokenClip } from "../../support/packs/spoken-words.ts";
import { wavOf } from "../support/http/tasks.ts";
import { startHttpServer } from "../support/jobs/http-server.ts";
import type { Host } from "./hosts.ts";
import { authorization } from "./openai.ts";

const SPOKEN = CLEAR_CLIPS[0] as SpokenClip;

/** The tools of a service, over clips that are sent and clips that are named. */
export function describeMcp(hostOf: () => Host): void {
  async function connected<Result>(use: (client: Client) => Promise<Result>): Promise<Result> {
    const client = new Client({ name: "test", version: "1" });
    const requestInit = { headers: authorization(hostOf()) };
    const url = new URL("/mcp", hostOf().url);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }
  const call = (name: string, given: Record<string, unknown>) =>
    connected((client) => client.callTool({ name, arguments: given }));
  const base64 = (clip: Uint8Array) => Buffer.from(clip).toString("base64");

  describe("the Model Context Protocol's SDK", () => {
    test("lists the tools with schemas of their arguments", async () => {
      const { tools } = await connected((client) => client.listTools());
      expect(tools.map(({ name }) => name)).toEqual(["transcribe", "embed", "compare", "diarize"]);
      for (const { inputSchema } of tools) expect(inputSchema.properties).toHaveProperty("model");
    });

    test("transcribes a clip that is sent, and one that is named by URL", async () => {
      const clip = await readSpokenClip(SPOKEN.file);
      const server = await startHttpServer((_, response) => response.end(clip));
      try {
        for (const audio of [base64(clip), `${server.url}/clip.flac`]) {
          const { structuredContent } = await call("transcribe", { audio });
          expect(structuredContent).toMatchObject({ text: SPOKEN.text.toUpperCase() });
        }
      } finally {
        await server.close();
      }
    });

    test("embeds, compares and tells speakers apart", async () => {
      const audio = base64(await wavOf("x16000"));
      const embedded = await call("embed", { audio, model: "tiny-xvector-fp32", l2: true });
      expect(embedded.structuredContent).toMatchObject({ size: 32, l2: true });
      const pair = { a: audio, b: audio, model: "tiny-xvector-fp32" };
      expect((await call("compare", pair)).structuredContent).toMatchObject({ cosine: 1 });
      const who = await call("diarize", { audio, model: "tiny-afc-fp32", threshold: 0.4 });
      expect(who.structuredContent).toMatchObject({
        segments: expect.arrayContaining([expect.objectContaining({ speaker: "speaker_1" })]),
      });
    });

    test("tells the model what was wrong with its call", async () => {
      for (const [name, given, text] of [
        ["transcribe", {}, /Option `audio` has to be/],
        ["transcribe", { audio: "AAAA", model: "tiny-afc-fp32" }, /model-without-head/],
        ["embed", { audio: "AAAA", layer: 3 }, /no option `layer`/],
      ] as const) {
        const { isError, content } = await call(name, given);
        expect(isError).toBe(true);
        expect(JSON.stringify(content)).toMatch(text);
      }
      await expect(call("sing", {})).rejects.toThrow(/transcribe, embed, compare, diarize/);
    });

    test("needs a key where the service needs one", async () => {
      if (hostOf().key === "none") return;
      const client = new Client({ name: "test", version: "1" });
      const transport = new StreamableHTTPClientTransport(new URL("/mcp", hostOf().url));
      await expect(client.connect(transport)).rejects.toThrow(/key/);
    });
  });
}
