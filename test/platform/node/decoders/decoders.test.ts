import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { WHOLE_CLIP } from "../../../../src/audio/clip.ts";
import type { ClipRequest } from "../../../../src/audio/prepare.ts";
import type { LogEntry } from "../../../../src/log.ts";
import {
  type NodeDecoders,
  type NodeDecodersParts,
  startDecoderThread,
  startNodeDecoders,
} from "../../../../src/platform/node/decoders/decoders.ts";
import { makeWav } from "../../../../support/clips/make-wav.ts";
import { inPieces } from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import { prepareHere } from "../../../support/model/prepare-here.ts";

const CRASHING = new URL("../../../support/runtimes/crashing-thread.ts", import.meta.url);
const WHOLE: ClipRequest = {
  selection: WHOLE_CLIP,
  limits: { maxClipSeconds: 30, maxDecodedSeconds: 60 },
};
const CLIPS = ["flac/s16-16000-1.flac", "ogg/opus-48000-2.opus", "mp4/he-implicit-44100-2.m4a"];

let decoders: NodeDecoders;
let logged: LogEntry[];
afterEach(() => decoders?.close());

function start(parts: Partial<NodeDecodersParts> = {}): NodeDecoders {
  logged = [];
  decoders = startNodeDecoders({ decoders: 1, log: (entry) => logged.push(entry), ...parts });
  return decoders;
}

/** A WAV of unknown length that goes on for as long as it is read, and how many pieces were. */
function endless() {
  const seen = { pieces: 0 };
  const pieces = async function* () {
    const channels = [new Float32Array(1)];
    const header = makeWav({ sampleRateHz: 16_000, channels, format: "s16" }).subarray(0, 44);
    header.fill(0xff, 40);
    for (yield header; ; seen.pieces++) yield new Uint8Array(16_384).fill(1);
  };
  return { seen, pieces: pieces() };
}

describe("decoders in threads of their own", () => {
  it.each(CLIPS)("give what a decoder in this thread gives: %s", async (file) => {
    start();
    const bytes = readClip(file);
    const here = await prepareHere([bytes], WHOLE);
    for (const sizes of [[], [1_000], [70_000, 3]]) {
      const there = await decoders.prepare(inPieces(bytes, sizes), WHOLE);
      expect(there.info).toEqual(here.info);
      expect(there.samples).toEqual(here.samples);
    }
  });

  it("hand on the samples of a long clip part by part, each once it is taken", async () => {
    start();
    const bytes = readClip("flac/s16-16000-1.flac");
    const { samples, info } = await prepareHere([bytes], WHOLE);
    const parts: Float32Array[] = [];
    let taking = 0;
    const spill = {
      partSamples: 1000,
      async take(part: Float32Array) {
        expect(++taking).toBe(1);
        await new Promise(setImmediate);
        parts.push(part);
        taking--;
      },
    };
    const there = await decoders.prepare([bytes], { ...WHOLE, spill });
    expect([...parts, there.samples].flatMap((part) => [...part])).toEqual([...samples]);
    expect(there.info).toEqual(info);
    const failing = { partSamples: 1000, take: () => Promise.reject(new Error("full")) };
    const refused = decoders.prepare([bytes], { ...WHOLE, spill: failing });
    await expect(refused).rejects.toThrow("full");
    expect((await decoders.prepare([bytes], WHOLE)).samples).toEqual(samples);
  });

  it("take the part and the channel that are asked for", async () => {
    start();
    const request = {
      ...WHOLE,
      selection: { channel: "right", startSeconds: 0.05, endSeconds: 0.1 } as const,
    };
    const clip = [readClip("wav/s16-44100-2.wav")];
    const there = await decoders.prepare(clip, request);
    expect(there).toMatchObject({ ...(await prepareHere(clip, request)), timings: {} });
  });

  it("refuse in the same words, with what is known of it", async () => {
    start();
    const request = { ...WHOLE, limits: { maxClipSeconds: 0.1, maxDecodedSeconds: 60 } };
    const clip = [readClip("flac/s16-16000-1.flac")];
    const here = await prepareHere(clip, request).catch((error) => error);
    const there = await decoders.prepare(clip, request).catch((error) => error);
    expect(there).toMatchObject({ slug: "clip-too-long", extensions: { maxClipSeconds: 0.1 } });
    expect(there.message).toBe(here.message);
  });

  it("read no further than a clip is used, but for what is on its way", async () => {
    start();
    const { seen, pieces } = endless();
    const request = { ...WHOLE, selection: { ...WHOLE_CLIP, endSeconds: 2 } };
    const { info } = await decoders.prepare(pieces, request);
    expect(info.seconds).toBe(2);
    // Two seconds have 64,000 bytes.
    expect(seen.pieces).toBeLessThan(4 + 2 * 5);
  });

  it("decode many clips at once, a slow one among them", async () => {
    start();
    const bytes = readClip("flac/s16-16000-1.flac");
    let finish = () => {};
    const slow = async function* () {
      yield bytes.subarray(0, 1_000);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      yield bytes.subarray(1_000);
    };
    const slowly = decoders.prepare(slow(), WHOLE);
    const others = await Promise.all(
      Array.from({ length: 20 }, () => decoders.prepare([bytes], WHOLE)),
    );
    finish();
    const { samples } = await slowly;
    for (const other of others) expect(other.samples).toEqual(samples);
  });
});

describe("a clip that does not come to its end", () => {
  it("is given up when its client goes", async () => {
    start();
    const client = new AbortController();
    const never = async function* () {
      yield readClip("flac/s16-16000-1.flac").subarray(0, 1_000);
      client.abort();
      await new Promise(() => {});
    };
    const preparing = decoders.prepare(never(), { ...WHOLE, signal: client.signal });
    await expect(preparing).rejects.toMatchObject({ slug: "request-aborted" });
    const gone = decoders.prepare([], { ...WHOLE, signal: AbortSignal.abort() });
    await expect(gone).rejects.toMatchObject({ slug: "request-aborted" });
  });

  it("fails with what reading it failed with", async () => {
    start();
    const broken = async function* () {
      yield readClip("flac/s16-16000-1.flac").subarray(0, 1_000);
      throw new RangeError("the form is broken");
    };
    await expect(decoders.prepare(broken(), WHOLE)).rejects.toThrow("the form is broken");
  });

  it("fails if its thread dies, which is told of and replaced", async () => {
    let threads = 0;
    start({
      startThread: () => (threads++ === 0 ? new Worker(CRASHING) : startDecoderThread()),
    });
    const clip = [readClip("flac/s16-16000-1.flac")];
    const dying = decoders.prepare(clip, WHOLE);
    await expect(dying).rejects.toMatchObject({ slug: "engine-crashed" });
    const { samples } = await decoders.prepare(clip, WHOLE);
    expect(samples).toEqual((await prepareHere(clip, WHOLE)).samples);
    expect(logged).toMatchObject([{ event: "decoder-crashed" }]);
  });
});
