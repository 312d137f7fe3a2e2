/** The same bits on processors with a dot product of bytes and without, and without relaxed SIMD. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../../support/model/print-products.ts");

interface Printed {
  readonly usesDotProduct: boolean;
  readonly sha256: string;
}

/** Products by a build of the kernels, in a process of its own whose V8 has these flags. */
async function products(build: string, ...flags: string[]): Promise<Printed> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, SCRIPT, build]);
  return JSON.parse(stdout);
}

describe("int8 products", () => {
  it("are the same without relaxed SIMD", async () => {
    const { sha256 } = await products("relaxed-simd");
    expect(await products("simd")).toEqual({ usesDotProduct: false, sha256 });
  });

  // V8 knows the flag on x86-64 alone.
  it.runIf(process.arch === "x64")("are the same without AVX-VNNI", async () => {
    const { sha256 } = await products("relaxed-simd");
    const without = await products("relaxed-simd", "--no-enable-avx-vnni");
    expect(without).toEqual({ usesDotProduct: false, sha256 });
  });
});
