import { describe, expect, it } from "vitest";
import type { DeviceBackend } from "../../../src/model/backend/backend.ts";
import {
  type ChoiceParts,
  chooseBackend,
  webgpuCandidate,
} from "../../../src/model/backend/choice.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { checkNumbers, probedPrecisions } from "../../../src/model/probe/probe.ts";
import {
  faultyDevice,
  lostAfter,
  notANumberAfter,
  throwingAfter,
  wrongNumbers,
} from "../../support/model/faulty-backend.ts";

const ADAPTER = {
  vendor: "none",
  description: "a GPU for tests",
  hasFloat16: true,
  maxBufferBytes: 2 ** 30,
  isSoftware: false,
};

/** Chooses between WASM and the given device, which is as fast as the test wants it. */
async function choose(
  device: DeviceBackend | null,
  options: Partial<Pick<ChoiceParts, "forced" | "known" | "signal">> & { isSlow?: boolean } = {},
) {
  const events: Parameters<ChoiceParts["report"]>[0][] = [];
  const choice = await chooseBackend({
    host: await createNodeBackend(),
    candidates: [
      webgpuCandidate(async () => device && { adapter: ADAPTER, open: async () => device }),
    ],
    ...(options.forced && { forced: options.forced }),
    ...(options.known && { known: options.known }),
    ...(options.signal && { signal: options.signal }),
    checkNumbers: (backend, adapter) => checkNumbers(backend, probedPrecisions(adapter)),
    checkSpeed: async () => {
      if (options.isSlow) throw new Error("it takes 3.0 times as long as WASM");
    },
    report: (event) => events.push(event),
    nowMs: () => 0,
  });
  return { choice, events };
}

describe("choosing a backend", () => {
  it("takes a device that gives the stored numbers in every precision", async () => {
    const { choice, events } = await choose(await faultyDevice());
    expect(choice.report()).toEqual({
      backend: "webgpu",
      threads: 1,
      adapter: ADAPTER,
      setAside: [],
      losses: 0,
    });
    expect(events).toEqual([{ event: "backend-chosen", backend: "webgpu", set_aside: [] }]);
  });

  it.each([
    ["gives wrong numbers", wrongNumbers, /computes wrong numbers in fp32/],
    ["throws at the third segment", throwingAfter(3, new Error("no memory")), /no memory/],
    ["loses its device", lostAfter(2), /lost/],
    ["gives NaN", notANumberAfter(0), /wrong numbers/],
  ])("sets a device aside that %s, and says why", async (_, fault, reason) => {
    const { choice, events } = await choose(await faultyDevice(fault));
    expect(choice.backend.name).toBe("wasm");
    const setAside = [{ backend: "webgpu", reason: expect.stringMatching(reason) }];
    expect(choice.report()).toMatchObject({ backend: "wasm", setAside });
    expect(events).toEqual([{ event: "backend-chosen", backend: "wasm", set_aside: setAside }]);
  });

  it("looks for none where that is to end", async () => {
    const signal = AbortSignal.abort(new Error("the thread ends"));
    const { choice } = await choose(await faultyDevice(), { signal });
    const setAside = [{ backend: "webgpu", reason: "the thread ends" }];
    expect(choice.report()).toMatchObject({ backend: "wasm", setAside });
  });

  it("sets a device aside that is slower than WASM, unless it is forced", async () => {
    const reason = "it takes 3.0 times as long as WASM";
    const slow = await choose(await faultyDevice(), { isSlow: true });
    expect(slow.choice.report().setAside).toEqual([{ backend: "webgpu", reason }]);
    const forced = await choose(await faultyDevice(), { isSlow: true, forced: "webgpu" });
    expect(forced.choice.report().backend).toBe("webgpu");
  });

  it("takes what another engine has chosen without timing it, if it gives the right numbers here, too", async () => {
    const setAside = [{ backend: "native", reason: "webgpu is faster" }] as const;
    const known = { backend: "webgpu", setAside } as const;
    const { choice } = await choose(await faultyDevice(), { known, isSlow: true });
    expect(choice.report()).toMatchObject({ backend: "webgpu", setAside });
    const wrong = await choose(await faultyDevice(wrongNumbers), { known });
    const reason = expect.stringMatching(/wrong numbers/);
    expect(wrong.choice.report()).toMatchObject({
      backend: "wasm",
      setAside: [...setAside, { backend: "webgpu", reason }],
    });
  });

  it("looks for nothing where another engine has chosen WASM", async () => {
    const known = { backend: "wasm", setAside: [] } as const;
    const { choice } = await choose(await faultyDevice(), { known });
    expect(choice.report()).toMatchObject({ backend: "wasm", setAside: [] });
  });

  it("computes with WASM where there is no GPU, or where WASM is forced", async () => {
    const none = await choose(null);
    expect(none.choice.report().setAside[0]?.reason).toBe("there is no GPU adapter");
    const forced = await choose(await faultyDevice(), { forced: "wasm" });
    expect(forced.choice.report().setAside[0]?.reason).toBe("WASM was asked for");
  });

  it("refuses to start with a forced GPU that is not there or wrong", async () => {
    const refusal = { slug: "internal", message: expect.stringMatching(/UNDERTONE_BACKEND/) };
    await expect(choose(null, { forced: "webgpu" })).rejects.toMatchObject(refusal);
    const wrong = await faultyDevice(wrongNumbers);
    await expect(choose(wrong, { forced: "webgpu" })).rejects.toMatchObject(refusal);
  });
});
