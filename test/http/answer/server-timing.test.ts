import { beforeEach, expect, test } from "vitest";
import { serverTiming } from "../../../src/http/answer/server-timing.ts";
import { type Cost, createCost } from "../../../src/telemetry/cost.ts";

const timings = { queueMs: 7, modelLoadMs: 3.456, frontendMs: 250.25, layersMs: 1000 };
const memory = { wasmHeapBytes: 1, heldBufferBytes: 1, readWeightBytes: 1 };

let cost: Cost;
beforeEach(() => {
  cost = createCost();
});

const warm = (totalMs: number) => ({ totalMs, isCold: false, clockAdvances: true });

function addClip() {
  cost.addDecoded({ decodeMs: 0.04, resampleMs: 12, seconds: 1 });
}

test("Server-Timing splits the stages, in milliseconds, and adds the whole", () => {
  addClip();
  cost.addComputed({ timings, memory, modelId: "tiny" });
  expect(serverTiming(cost, warm(1300))).toBe(
    'queue;dur=7.0, decode;dur=0.0, resample;dur=12.0, model-load;dur=3.5, frontend;dur=250.3, layers;dur=1000.0, store;dur=0.0, total;dur=1300.0, weights;desc="1 bytes read"',
  );
});

test("Server-Timing adds up the clips of one answer", () => {
  for (let clip = 0; clip < 2; clip++) {
    addClip();
    cost.addComputed({ timings, memory, modelId: "tiny" });
  }
  expect(serverTiming(cost, warm(2600))).toMatch(/layers;dur=2000\.0.*"2 bytes read"/);
});

test("Server-Timing has only what waits where the clock stands still, and says so", () => {
  addClip();
  cost.addComputed({ timings, memory, modelId: "tiny" });
  expect(serverTiming(cost, { ...warm(11), clockAdvances: false })).toBe(
    'queue;dur=7.0, model-load;dur=3.5, store;dur=0.0, total;dur=11.0, weights;desc="1 bytes read", clock;desc="stands still during computation"',
  );
});

test("Server-Timing says of a kept result that it was not computed, and that an isolate was started for it", () => {
  addClip();
  cost.noteKept();
  expect(serverTiming(cost, { ...warm(15), isCold: true })).toBe(
    "cache;desc=hit, decode;dur=0.0, resample;dur=12.0, store;dur=0.0, total;dur=15.0, isolate;desc=cold",
  );
});

test("Server-Timing of an answer without a clip says what it waited for, and the whole", () => {
  expect(serverTiming(cost, warm(1))).toBe("store;dur=0.0, total;dur=1.0");
});
