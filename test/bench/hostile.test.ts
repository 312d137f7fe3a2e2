import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { slugOf, tally } from "../../bench/hostile/attack.ts";
import { ATTACKS } from "../../bench/hostile/known-attacks.ts";
import { holdConnections, postSingleBytes, postWhole } from "../../bench/hostile/strikes.ts";

const BODY_SLUGS: Readonly<Record<number, string>> = { 1000000: "million", 20001: "single" };

/** Refuses every body by its length, and says nothing at all on /silent. */
const server = createServer(async (request, response) => {
  if (request.url === "/silent") return;
  let bytes = 0;
  for await (const chunk of request) bytes += chunk.length;
  const slug = BODY_SLUGS[bytes] ?? "other";
  response.writeHead(422).end(JSON.stringify({ type: `/problems/${slug}` }));
});
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it("attacks have names of their own", () => {
  const names = ATTACKS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it("equal answers are counted, in the order in which they came first", () => {
  expect(tally(["404 unknown-hook", "held", "404 unknown-hook"])).toBe(
    "404 unknown-hook × 2, held",
  );
});

it("a problem's slug is read, and there is none in another answer", () => {
  expect(slugOf('{"type":"/problems/clip-too-costly","status":422}')).toBe("clip-too-costly");
  expect(slugOf('{"status":"ok"}')).toBeUndefined();
});

it.each([
  ["whole", postWhole("/", new Uint8Array(1_000_000)), "422 million"],
  ["in single bytes", postSingleBytes("/", Uint8Array.of(1), 20_000), "422 single"],
])("a body %s arrives, and its answer is told", async (_how, strike, answer) => {
  expect(await strike({ url, holdMs: 0 })).toEqual([answer]);
});

it("connections that nobody answers are held for so long and told to be", async () => {
  const strike = holdConnections("/silent", 3, new Uint8Array(10));
  expect(await strike({ url, holdMs: 100 })).toEqual(["held", "held", "held"]);
});
