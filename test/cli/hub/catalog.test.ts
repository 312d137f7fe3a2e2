import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { CATALOG, catalogEntry } from "../../../src/cli/hub/catalog.ts";
import { parseHubSource } from "../../../src/cli/hub/source.ts";
import { FAMILIES } from "../../../src/model/family.ts";

describe("models/catalog.json", () => {
  it("has the checkpoints that the model card speaks of, each once and under a name of the hub", () => {
    const ids = CATALOG.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(
        ["base", "base-plus", "large", "base-plus-sv", "base-plus-sd", "base-sv", "base-sd"].map(
          (name) => `microsoft/wavlm-${name}`,
        ),
      ),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => parseHubSource(id) === null)).toEqual([]);
  });

  it("pins the pre-trained models, and those for verification and diarization, to a commit", () => {
    for (const name of ["base", "base-plus", "large", "base-plus-sv", "base-plus-sd"]) {
      expect(catalogEntry(`microsoft/wavlm-${name}`)?.revision).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  it("is what docs/models.md says", async () => {
    const text = await readFile(new URL("../../../docs/models.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| (\S+\/\S+) +\|[^|]+\| `(\w+)` +\| (\d*) *\|$/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      CATALOG.map(({ id, revision, weights }) => [
        id,
        revision?.slice(0, 7) ?? "main",
        String(weights?.megabytes ?? ""),
      ]),
    );
  });

  it("has released models of every family", () => {
    const families = CATALOG.map(({ family }) => family);
    expect(new Set(families)).toEqual(new Set(FAMILIES));
    expect(catalogEntry("facebook/hubert-base-ls960")).toMatchObject({
      family: "hubert",
      revision: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it("finds an entry whatever the case of its letters", () => {
    expect(catalogEntry("Microsoft/WavLM-Base")?.id).toBe("microsoft/wavlm-base");
    expect(catalogEntry("microsoft/wavlm")).toBeNull();
  });
});
