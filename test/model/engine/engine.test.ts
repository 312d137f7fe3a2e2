import { describe, expect, it } from "vitest";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { packBlobs } from "../../../src/model/pack/manifest.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { describeEngineContract } from "../../contract/engine.ts";

import {
  engineOver,
  recording,
  segmentsRead,
  goldenStore as store,
} from "../../support/model/engine-over.ts";

describeEngineContract("an engine of one isolate", (limits) =>
  engineOver(store, undefined, limits),
);

describe("an engine", () => {
  it("reads no segment beyond the last hidden state asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    await engine.run(await goldenSamples("x4001"), resolveTaps([1], 3));
    const names = segmentsRead(engine, reads);
    expect(names).toContain("layer.0");
    expect(names).not.toContain("layer.1");
    expect(names).not.toContain("layer.2");
  });

  it("reads only the frontend when only the convolutions' features are asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const result = await engine.run(
      await goldenSamples("x4001"),
      resolveTaps(["extract_features"], 3),
    );
    expect(segmentsRead(engine, reads)).toEqual(["frontend"]);
    expect(result.hiddenStates.size).toBe(0);
    expect(result.extractFeatures?.rows).toBe(12);
  });

  it("reads each file once for concurrent clips", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const inputs = ["x4001", "x16000", "x4001quiet"] as const;
    await Promise.all(
      inputs.map(async (input) => engine.run(await goldenSamples(input), resolveTaps("last", 3))),
    );
    const keys = packBlobs(engine.manifest).map(({ key }) => key);
    expect(reads.sort()).toEqual(keys.sort());
  });

  it("stops within a segment when the client goes away", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const controller = new AbortController();
    const running = engine.run(await goldenSamples("x56789"), resolveTaps("last", 3), {
      signal: controller.signal,
    });
    controller.abort();
    await expect(running).rejects.toMatchObject({ slug: "request-aborted" });
    expect(segmentsRead(engine, reads)).not.toContain("layer.0");
  });
});
