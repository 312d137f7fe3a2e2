import { expect, it } from "vitest";
import { countStreams } from "../../../src/http/jobs/open-streams.ts";

const BOUNDS = { most: 3, mostPerCaller: 2, longestMs: 1000 };

it("streams are bounded for each caller and for all", () => {
  const streams = countStreams(BOUNDS, () => 0);
  const closes = [streams.open("a"), streams.open("a")];
  expect(() => streams.open("a")).toThrow(expect.objectContaining({ slug: "caller-streams-full" }));
  closes.push(streams.open("b"));
  const full = { slug: "event-streams-full", extensions: { maxStreams: 3, retryAfterSeconds: 10 } };
  expect(() => streams.open("c")).toThrow(expect.objectContaining(full));
  closes[0]?.();
  closes[0]?.();
  streams.open("c");
  expect(() => streams.open("d")).toThrow(expect.objectContaining(full));
});

it("streams of whose end nothing was heard are forgotten in time", () => {
  let nowMs = 0;
  const streams = countStreams(BOUNDS, () => nowMs);
  streams.open("a");
  nowMs = 500;
  streams.open("a");
  nowMs = 1000;
  streams.open("a");
  expect(() => streams.open("a")).toThrow(expect.objectContaining({ slug: "caller-streams-full" }));
});
