import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findingsIn, MENDED } from "./findings/files.ts";
import type { Finding } from "./findings/finding.ts";
import { type Replayed, replay } from "./replay.ts";
import { TARGETS } from "./targets.ts";

async function all(answers: AsyncIterable<Replayed>): Promise<Replayed[]> {
  const list: Replayed[] = [];
  for await (const answer of answers) list.push(answer);
  return list;
}

test("no finding that was mended is wrong again", { timeout: 300_000 }, async () => {
  const files = await findingsIn(MENDED);
  expect(files).not.toEqual([]);
  expect(await all(replay(TARGETS, files))).toEqual(
    files.map(({ path }) => ({ path, wrong: null })),
  );
});

describe("findings as files", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "findings-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const write = (name: string, finding: Finding) =>
    writeFile(join(folder, name), JSON.stringify(finding));

  test("a finding that is still wrong says what is wrong", async () => {
    const [right, other] = ["right", "other"];
    await write("a.json", { target: right, seed: 1, wrong: "it was", case: null });
    await write("b.json", { target: other, seed: 2, wrong: "it was", case: null });
    const target = (name: string, wrong: string | null) => ({
      name,
      open: async () => ({
        round: async () => ({ cases: 0, finding: null }),
        replay: async ({ seed }: Finding) => (wrong === null ? null : `${wrong} with ${seed}`),
        summary: () => "",
        end: async () => null,
        close: async () => {},
      }),
    });
    const targets = [target(right, null), target(other, "it still is")];
    const answers = await all(replay(targets, await findingsIn(folder)));
    expect(answers.map(({ wrong }) => wrong)).toEqual([null, "it still is with 2"]);
  });

  test("a folder that is not there has none, and a target that is not there is an error", async () => {
    expect(await findingsIn(join(folder, "none"))).toEqual([]);
    await write("c.json", { target: "gone", seed: 3, wrong: "it was", case: null });
    await expect(all(replay(TARGETS, await findingsIn(folder)))).rejects.toThrow(
      "which is no target here",
    );
  });
});
