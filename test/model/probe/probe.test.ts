import { describe, expect, it } from "vitest";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { checkNumbers, checkSpeed } from "../../../src/model/probe/probe.ts";
import { faultyDevice } from "../../support/model/faulty-backend.ts";

describe("the probe", () => {
  it.each(["fp32", "fp16", "q4"] as const)(
    "finds WASM's numbers right in %s",
    async (precision) => {
      await expect(checkNumbers(await createNodeBackend(), [precision])).resolves.toBeUndefined();
    },
  );

  it("finds one flipped sign in one of the segments", async () => {
    let runs = 0;
    const device = await faultyDevice((results) => {
      runs += 1;
      if (runs !== 2) return results;
      const [[name, { shape, data }]] = Object.entries(results);
      return {
        ...results,
        [name]: { shape, data: data.map((value, at) => (at === 5 ? -value : value)) },
      };
    });
    await expect(checkNumbers(device, ["fp32"])).rejects.toThrow(/wrong numbers in fp32/);
  });

  it("finds a device slow that waits for as long as it computes", async () => {
    const host = await createNodeBackend();
    const real = await faultyDevice();
    const slow = {
      ...real,
      async createSession(...args: Parameters<typeof real.createSession>) {
        const session = await real.createSession(...args);
        const run: typeof session.run = async (inputs, outputs) => {
          const started = performance.now();
          const results = await session.run(inputs, outputs);
          const pauseMs = 3 * (performance.now() - started) + 50;
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
          return results;
        };
        return { ...session, run };
      },
    };
    await expect(checkSpeed(slow, host)).rejects.toThrow(/times as long as WASM/);
  });
});
