import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { matchesEtag } from "../../../src/cli/hub/blob-digest.ts";
import { temporaryDirectory } from "../../support/checkpoints/files.ts";

/** `git hash-object` and `sha256sum` of "hello\n". */
const GIT = "ce013625030ba8dba906f756967f9e9ca394464a";
const SHA256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

describe("matchesEtag", () => {
  it.each([
    [GIT, true],
    [SHA256, true],
    [GIT.replace("c", "d"), false],
    [SHA256.replace("5", "6"), false],
    ["a-server-of-files-1", true],
  ])("compares a file with %s", async (etag, matches) => {
    const path = join(await temporaryDirectory(), "file");
    await writeFile(path, "hello\n");
    expect(await matchesEtag(path, etag)).toBe(matches);
  });
});
