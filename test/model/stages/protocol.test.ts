import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bytesOfPieces, bytesOfStream } from "../../../src/model/stages/protocol/bytes.ts";
import { encodeFrame, FrameFault, frameReader } from "../../../src/model/stages/protocol/frames.ts";
import { orderSchema, PROTOCOL } from "../../../src/model/stages/protocol/messages.ts";
import { goldenStore as store } from "../../support/model/engine-over.ts";
import { stageOver } from "../../support/model/staged.ts";

afterEach(() => vi.useRealTimers());

/** Pieces of `bytes` of these lengths, again and again. */
async function* cut(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length];
    yield bytes.slice(at, at + length);
    at += length;
  }
}

function readerOf(pieces: AsyncIterable<Uint8Array>) {
  return frameReader(bytesOfPieces(pieces));
}

const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const numbers = fc.float32Array({ maxLength: 50 }).map((array) => Float32Array.from(array));
const frames = fc.array(
  fc.record({ header: fc.dictionary(fc.string(), fc.jsonValue()), numbers }),
  {
    maxLength: 5,
  },
);

describe("frames", () => {
  it("come out as they went in, however they are cut", async () => {
    const property = fc.asyncProperty(frames, lengths, async (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((frame) => encodeFrame(frame.header, [frame.numbers])));
      const reader = readerOf(cut(bytes, cuts));
      for (const frame of sent) {
        expect(await reader.header()).toEqual(JSON.parse(JSON.stringify(frame.header)));
        const received = await reader.numbers(frame.numbers.length);
        expect(Buffer.from(received.buffer)).toEqual(Buffer.from(frame.numbers.buffer));
      }
      expect(await reader.header()).toBeNull();
    });
    await fc.assert(property);
  });

  it("are read out of a byte stream to where they are to lie", async () => {
    const sent = Float32Array.from({ length: 5000 }, (_, index) => index);
    const bytes = Buffer.concat([
      encodeFrame({ is: "first" }, [sent]),
      encodeFrame({ is: "last" }),
    ]);
    const stream = new Response(bytes).body as ReadableStream<Uint8Array>;
    const reader = frameReader(bytesOfStream(stream));
    expect(await reader.header()).toEqual({ is: "first" });
    expect(await reader.numbers(5000)).toEqual(sent);
    expect(await reader.header()).toEqual({ is: "last" });
    expect(await reader.header()).toBeNull();
  });

  it("that end early are faults, wherever they end", async () => {
    const whole = encodeFrame({ kind: "matrix" }, [Float32Array.of(1, 2, 3)]);
    for (let length = 1; length < whole.length; length++) {
      const reader = readerOf(cut(whole.slice(0, length), [7]));
      const reading = reader.header().then(() => reader.numbers(3));
      await expect(reading).rejects.toBeInstanceOf(FrameFault);
    }
  });

  it("of another size than expected cost no memory", async () => {
    const frame = encodeFrame({});
    new DataView(frame.buffer).setUint32(4, 0xffff_fffc, true);
    const reader = readerOf(cut(frame, [100]));
    await reader.header();
    await expect(reader.numbers(2)).rejects.toThrow("4294967292 bytes of numbers where 2 belong");
  });
});

describe("a stage", () => {
  const stage = stageOver(store, { stage: 1, stages: 2 });
  const order = {
    ...{ protocol: PROTOCOL, engineDigest: "of-this-test", stage: 1, stages: 2 },
    pack: { id: "tiny-group-fp32", digest: "0".repeat(64) },
    ...{ kind: "window", frames: 1, moments: {} },
    wants: {
      ...{ hiddenStates: [1], extractFeatures: false },
      ...{ positionTable: false, lastHiddenState: false },
    },
  };

  async function failuresOf(message: AsyncIterable<Uint8Array>): Promise<string[]> {
    const replies: Uint8Array[] = [];
    await stage.answer(
      bytesOfPieces(message),
      async (frame) => void replies.push(frame),
      new AbortController().signal,
    );
    const reader = readerOf(cut(Buffer.concat(replies), [1000]));
    const slugs: string[] = [];
    for (let reply = await reader.header(); reply !== null; reply = await reader.header()) {
      slugs.push((reply as { failure: { slug: string } }).failure.slug);
    }
    return slugs;
  }

  it("answers whatever it is sent with one refusal", async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const headers = fc
      .record(
        {
          frames: fc.oneof(fc.integer(), fc.double(), fc.string()),
          kind: fc.constantFrom("window", "head", "other"),
          stage: fc.integer(),
          pack: fc.jsonValue(),
          wants: fc.jsonValue(),
          protocol: fc.integer({ min: 0, max: 3 }),
        },
        { requiredKeys: [] },
      )
      .map((changes) => encodeFrame({ ...order, ...changes }, [new Float32Array(400)]));
    const property = fc.asyncProperty(fc.oneof(bytes, headers), lengths, async (message, cuts) => {
      expect(await failuresOf(cut(message, cuts))).toEqual(["stage-mismatch"]);
    });
    await fc.assert(property);
  });

  it("takes no order for sums of more channels than a head has", () => {
    const isTaken = (channels: number) =>
      orderSchema.safeParse({ ...order, kind: "head-end", channels }).success;
    expect([1500, 65_536].map(isTaken)).toEqual([true, true]);
    expect([0, 65_537, 2 ** 28].map(isTaken)).toEqual([false, false, false]);
  });

  it("says that it is alive while it has nothing else to say", async () => {
    vi.useFakeTimers();
    const replies: unknown[] = [];
    const waiting = new ReadableStream<Uint8Array>();
    const emit = async (frame: Uint8Array) => {
      replies.push(await readerOf(cut(frame, [100])).header());
    };
    void stage.answer(bytesOfPieces(waiting), emit, new AbortController().signal);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(replies).toEqual([{ kind: "alive" }, { kind: "alive" }, { kind: "alive" }]);
  });
});
