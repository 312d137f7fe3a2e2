import { describe, expect, it } from "vitest";
import { parseHubSource } from "../../../src/cli/hub/source.ts";

describe("parseHubSource", () => {
  it.each([
    ["microsoft/wavlm-base-plus", "microsoft/wavlm-base-plus", null],
    ["a.b/C_d-1@main", "a.b/C_d-1", "main"],
    ["a/b@refs/pr/1", "a/b", "refs/pr/1"],
    ["a/b@v1.0-rc.1", "a/b", "v1.0-rc.1"],
  ])("reads %s", (text, id, revision) => {
    expect(parseHubSource(text)).toEqual({ id, revision });
  });

  it.each([
    "wavlm-base-plus",
    "./models/wavlm",
    "../wavlm",
    "/models/wavlm",
    "a/b/c",
    "a/",
    "a/..",
    "a/b--c",
    "a/b..c",
    "a/b@",
    "a/b@../main",
    "a/b@x/../../y",
    "a/b@main?x",
    "a/b c",
    "-a/b",
    "https://huggingface.co/a/b",
  ])("takes %j for no name of the hub", (text) => {
    expect(parseHubSource(text)).toBeNull();
  });
});
