import { describe, expect, it } from "vitest";
import type { PrepareClip, PreparedClip } from "../../../src/audio/prepare.ts";
import { decodeInTurns } from "../../../src/platform/cloudflare/decoding-turns.ts";

const REQUEST = {
  selection: { channel: "mix" },
  limits: { maxClipSeconds: 30, maxDecodedSeconds: 300 },
} as const;
const CLIP = {} as PreparedClip;

/** A sender whose pieces come when the test says so. */
function sender() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    pieces: readable,
    send: () => writer.write(Uint8Array.of(1)),
    end: () => writer.close(),
  };
}

/** Decoding that reads all pieces, and what it has seen. */
function watched() {
  const seen = { begun: 0, pieces: 0 };
  const prepare: PrepareClip = async (pieces) => {
    seen.begun++;
    for await (const _ of pieces) seen.pieces++;
    return CLIP;
  };
  return { seen, prepare };
}

const moment = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

describe("clips of an isolate", () => {
  it("are decoded so many at once, the others after them", async () => {
    let inside = 0;
    let most = 0;
    const prepare: PrepareClip = async () => {
      most = Math.max(most, ++inside);
      await moment();
      inside--;
      return CLIP;
    };
    const decode = decodeInTurns(prepare, { atOnce: 2, maxWaiting: 10 });
    await Promise.all(Array.from({ length: 7 }, () => decode([], REQUEST)));
    expect(most).toBe(2);
  });

  it("do not wait for a client that pauses, which goes on once its bytes come", async () => {
    const { seen, prepare } = watched();
    const decode = decodeInTurns(prepare, { atOnce: 1, maxWaiting: 10 });
    const slow = sender();
    const first = decode(slow.pieces, REQUEST);
    await slow.send();
    await expect(decode([Uint8Array.of(1)], REQUEST)).resolves.toBe(CLIP);
    expect(seen).toEqual({ begun: 2, pieces: 2 });
    await slow.send();
    await slow.end();
    await expect(first).resolves.toBe(CLIP);
    expect(seen.pieces).toBe(3);
  });

  it("are refused where too many wait, though not the ones that have begun", async () => {
    const { prepare } = watched();
    const decode = decodeInTurns(prepare, { atOnce: 1, maxWaiting: 1 });
    const slow = sender();
    const first = decode(slow.pieces, REQUEST);
    const second = sender();
    const waiting = decode(second.pieces, REQUEST);
    await expect(decode([], REQUEST)).rejects.toMatchObject({ slug: "queue-full" });
    await moment(250);
    const third = decode([], REQUEST);
    await third;
    await slow.end();
    await second.end();
    await expect(Promise.all([first, waiting])).resolves.toEqual([CLIP, CLIP]);
  });

  it("free their turn when they cannot be decoded, or the client goes", async () => {
    const failing: PrepareClip = async (pieces) => {
      for await (const _ of pieces) throw new Error("damaged");
      return CLIP;
    };
    const decode = decodeInTurns(failing, { atOnce: 1, maxWaiting: 1 });
    await expect(decode([Uint8Array.of(1)], REQUEST)).rejects.toThrow("damaged");
    const client = new AbortController();
    const slow = sender();
    const first = decode(slow.pieces, REQUEST);
    const left = decode([], { ...REQUEST, signal: client.signal });
    client.abort();
    await expect(left).rejects.toMatchObject({ slug: "request-aborted" });
    await slow.end();
    await expect(first).resolves.toBe(CLIP);
    await expect(decode([], REQUEST)).resolves.toBe(CLIP);
  });
});
