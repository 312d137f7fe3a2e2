import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDecodeBudget, type DecodeBudget } from "../../src/audio/budget/budget.ts";
import type { Pace } from "../../src/audio/budget/pace.ts";
import { byteSource } from "../../src/audio/bytes/source.ts";
import { decodeClip } from "../../src/audio/decode.ts";
import { UndertoneError } from "../../src/errors.ts";
import { HOSTILE_CLIPS } from "../../support/clips/hostile/index.ts";
import { CODECS, inPieces, silentContext } from "../../support/decoding/decode-all.ts";
import { fuzzedFiles } from "../fuzz/grammar/index.ts";

/** docs/audio.md, "What a clip may cost", in steps of about 1 µs; a block counts 8 and one for 16 samples. */
const STEPS = 50_000;
/** Bytes that arrive are a step for 256, whatever is made of them. */
const STEPS_PER_BYTE = 1 / 16 + 1 / 256;
const STEPS_PER_SECOND = 20_000;
const STEPS_PER_BLOCK = 8;
const STEPS_PER_SAMPLE = 1 / 16;
const SAMPLES = 2 ** 25;
const SAMPLES_PER_BYTE = 4_096;
/** Setting up a decoder takes about 2 ms; a file has at most 1,000 streams, and 8 decoders whose codec trapped. */
const STEPS_PER_DECODER = 1_024;
const DECODERS = 1_008;
/** The last thing counted before a clip is refused may be as large as one look of 64 kB, or one packet. */
const SLACK_STEPS = 64;

/** Enough of each hostile clip for its effect. */
const MOST_BYTES = 1_000_000;
const TIMEOUT_MS = 300_000;

/** What decoding a clip took, in units that do not depend on the machine. */
interface Cost {
  steps: number;
  decoders: number;
  blocks: number;
  samples: number;
  seconds: number;
}

/** A pace that counts and rests as where the clock stands still. */
function countingPace(cost: Cost): Pace {
  let slice = 0;
  return {
    busyMs: 0,
    spend(steps) {
      if (steps === STEPS_PER_DECODER) cost.decoders += 1;
      else cost.steps += steps;
      slice += steps;
      if (slice < 8_192) return undefined;
      slice = 0;
      return Promise.resolve();
    },
    wait: (value) => value,
    requireClient() {},
  };
}

function countingBudget(cost: Cost): DecodeBudget {
  const budget = createDecodeBudget(countingPace(cost));
  return {
    ...budget,
    elements(steps) {
      cost.steps += steps;
      budget.elements(steps);
    },
    block(block, sampleRateHz) {
      const frames = block.channels[0]?.length ?? 0;
      cost.blocks += 1;
      cost.samples += frames * block.channels.length;
      cost.seconds += frames / sampleRateHz;
      return budget.block(block, sampleRateHz);
    },
  };
}

async function costOf(bytes: Uint8Array): Promise<Cost> {
  const cost = { steps: 0, decoders: 0, blocks: 0, samples: 0, seconds: 0 };
  const budget = countingBudget(cost);
  const source = byteSource(inPieces(bytes, [65_536]), budget);
  try {
    const context = silentContext({ codecs: CODECS, budget });
    for await (const _ of decodeClip(source, context));
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
  }
  return cost;
}

function expectWithin(cost: Cost, bytes: number): void {
  const sound = cost.blocks * STEPS_PER_BLOCK + cost.samples * STEPS_PER_SAMPLE;
  const most = STEPS + bytes * STEPS_PER_BYTE + cost.seconds * STEPS_PER_SECOND + sound;
  expect(cost.decoders).toBeLessThanOrEqual(DECODERS);
  expect(cost.steps).toBeLessThanOrEqual(most + SLACK_STEPS);
  expect(cost.samples - lastBlockOf(cost)).toBeLessThanOrEqual(SAMPLES + bytes * SAMPLES_PER_BYTE);
}

/** A block is counted once it is there: at most 2^21 samples, which decoders' blocks stay below. */
function lastBlockOf({ blocks }: Cost): number {
  return blocks === 0 ? 0 : 2 ** 21;
}

describe("any clip costs at most a + b × bytes + c × seconds of sound", () => {
  test("whatever its container holds", { timeout: TIMEOUT_MS }, async () => {
    const files = await fuzzedFiles();
    await fc.assert(
      fc.asyncProperty(files, async ({ bytes }) => expectWithin(await costOf(bytes), bytes.length)),
      { numRuns: 400 },
    );
  });

  test.each(HOSTILE_CLIPS)("$name", { timeout: TIMEOUT_MS }, async ({ make, attackBytes }) => {
    const bytes = make(Math.min(attackBytes, MOST_BYTES));
    expectWithin(await costOf(bytes), bytes.length);
  });
});
