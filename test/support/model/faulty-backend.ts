/** Devices with a fault: the real WASM engine under the name of a GPU, going wrong in one way. */
import type { Backend, BackendOutput, DeviceBackend } from "../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { DeviceLost } from "../../../src/model/backend/webgpu/webgpu.ts";

type Results = Readonly<Record<string, BackendOutput>>;
/** Called with the results of every run and how many came before it; gives what the device answers. */
export type Fault = (results: Results, runsBefore: number) => Results;

/** A device that computes like WASM, and then as `fault` has it. */
export async function faultyDevice(fault: Fault = (results) => results): Promise<DeviceBackend> {
  const real: Backend = await createNodeBackend();
  let runs = 0;
  return {
    ...real,
    name: "webgpu",
    supports: (steps) => steps.every((step) => !("kernel" in step)),
    async createSession(steps) {
      const session = await real.createSession(steps);
      return {
        ...session,
        async run(inputs, names) {
          const { outputs } = await session.run(inputs, names);
          return { outputs: fault(outputs, runs++), backend: "webgpu" };
        },
      };
    },
  };
}

/** Every number a tenth too large. */
export const wrongNumbers: Fault = (results) => mapped(results, (value) => 1.1 * value);

/** Works for `count` runs and then throws `error`. */
export function throwingAfter(count: number, error: Error): Fault {
  return (results, runsBefore) => {
    if (runsBefore >= count) throw error;
    return results;
  };
}

/** Works for `count` runs, and is lost then. */
export function lostAfter(count: number): Fault {
  return throwingAfter(count, new DeviceLost("for the test"));
}

/** Works for `count` runs and gives NaN then. */
export function notANumberAfter(count: number): Fault {
  return (results, runsBefore) =>
    runsBefore >= count ? mapped(results, () => Number.NaN) : results;
}

function mapped(results: Results, change: (value: number) => number): Results {
  return Object.fromEntries(
    Object.entries(results).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(change) },
    ]),
  );
}
