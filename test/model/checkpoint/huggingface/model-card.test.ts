import { describe, expect, it } from "vitest";
import { parseLicence } from "../../../../src/model/checkpoint/huggingface/model-card.ts";

describe("parseLicence", () => {
  it.each([
    ["---\nlanguage: en\nlicense: mit\ntags: [speech]\n---\n# Model", "mit"],
    ['---\r\nlicense: "cc-by-sa-3.0"\r\n---\r\n', "cc-by-sa-3.0"],
    ["---\nlicense: other # see below\nlicense_name: my-terms\n---\n", "my-terms"],
    ["---\nlicense: other\n---\n", "other"],
    ["---\nlicense:\ntags: x\n---\n", "unknown"],
    ["---\nlanguage: en\n---\nlicense: mit", "unknown"],
    ["license: mit", "unknown"],
    ["", "unknown"],
  ])("of %j is %s", (card, licence) => {
    expect(parseLicence(card)).toBe(licence);
  });
});
