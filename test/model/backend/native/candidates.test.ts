import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Backend } from "../../../../src/model/backend/backend.ts";
import type { ChoiceEvent } from "../../../../src/model/backend/choice.ts";
import { createNodeBackend } from "../../../../src/model/backend/node/backend.ts";
import {
  type NativePackage,
  nativeCandidates,
} from "../../../../src/model/backend/node/native-candidates.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { chooseTrustedBackend } from "../../../../src/model/probe/trusted-backend.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { goldenModelInput } from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";
import { MISSING_NATIVE } from "../../../support/model/native-onnxruntime.ts";

let host: Backend;
beforeAll(async () => {
  host = await createNodeBackend();
});

/** What is chosen where the package is as given. */
async function choose(found: NativePackage | null) {
  const events: ChoiceEvent[] = [];
  const choice = await chooseTrustedBackend({
    host,
    candidates: nativeCandidates({ findPackage: () => found }),
    report: (event) => events.push(event),
  });
  return { events, report: choice.report(), backend: choice.backend };
}

async function packageOf(parts: Partial<NativePackage>): Promise<NativePackage> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-native-"));
  const load = () => {
    throw new Error("libonnxruntime.so.1: cannot open shared object file");
  };
  return { directory, version: "1.30.0", load, ...parts };
}

describe("onnxruntime-node where it cannot be used", () => {
  it.each([
    ["is not installed", async () => null, /is not installed: npm install .*--ignore-scripts/],
    [
      "is of another version",
      () => packageOf({ version: "1.20.1" }),
      /is of version 1\.20\.1: npm install/,
    ],
    ["cannot be loaded", () => packageOf({}), /cannot open shared object file/],
  ])("is set aside with the reason if it %s, and WASM computes", async (_, found, reason) => {
    const { events, report } = await choose(await found());
    const native = { backend: "native", reason: expect.stringMatching(reason) };
    expect(report.backend).toBe("wasm");
    expect(report.setAside).toContainEqual(native);
    expect(events).toEqual([
      { event: "backend-chosen", backend: "wasm", set_aside: expect.arrayContaining([native]) },
    ]);
  });

  it("says what CUDA lacks", async () => {
    const { report } = await choose(await packageOf({}));
    const reason = expect.stringMatching(/no CUDA library/);
    expect(report.setAside).toContainEqual({ backend: "cuda", reason });
  });

  it("refuses to start where it is forced, and says how to install it", async () => {
    const forced = chooseTrustedBackend({
      host,
      candidates: nativeCandidates({ findPackage: () => null }),
      forced: "native",
      report() {},
    });
    await expect(forced).rejects.toThrow(/native was asked for .*npm install/);
  });
});

describe("onnxruntime-node where it is installed", () => {
  beforeEach(({ skip }) => {
    if (MISSING_NATIVE !== null && process.env.CI !== "true") skip(MISSING_NATIVE);
  });

  it("begins nothing in a thread that is about to end", async () => {
    const { report } = await chooseTrustedBackend({
      host,
      candidates: nativeCandidates({ signal: AbortSignal.abort(new Error("the thread ends")) }),
      report() {},
    });
    expect(report().setAside).toContainEqual({ backend: "native", reason: "the thread ends" });
  });

  it("gives the probe's numbers, and computes packs of onnxruntime's operators; WASM computes the others", async () => {
    const { backend, report } = await chooseTrustedBackend({
      host,
      candidates: nativeCandidates(),
      forced: "native",
      report() {},
    });
    expect(report()).toMatchObject({ backend: "native", adapter: null, setAside: [] });
    const store = memoryStore();
    const computedBy = async (precision: "fp32" | "q8n" | "q8") => {
      const name = await installGolden(store, "tiny-group", precision);
      const registry = nodeRegistry(store, "", AMPLE_LIMITS, async () => backend);
      const engine = await registry.open(name);
      return (await engine.run(await goldenModelInput("x4001", false), resolveTaps("last", 3)))
        .backend;
    };
    expect(await computedBy("fp32")).toBe("native");
    expect(await computedBy("q8n")).toBe("native");
    expect(await computedBy("q8")).toBe("wasm");
  });
});
