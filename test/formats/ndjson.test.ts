import { expect, test } from "vitest";
import { encodeFeatures } from "../../src/formats/encode.ts";
import type { Format } from "../../src/formats/format.ts";
import { join, smallFeatures } from "../support/http/written-features.ts";

function written(format: Format): string {
  const options = { format, encoding: "float", dtype: "f32", pool: "none" } as const;
  return new TextDecoder().decode(join(encodeFeatures(smallFeatures, options)));
}

test("lines of JSON are the members of JSON and then its frames, one by one", () => {
  const text = written("ndjson");
  expect(text.endsWith("\n")).toBe(true);
  const [head, ...lines] = text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line));
  const { layers, ...rest } = JSON.parse(written("json"));
  expect(head).toEqual({
    ...rest,
    layers: layers.map(({ data, ...layer }: { data: unknown }) => layer),
  });
  const [first, second, pooled] = layers;
  expect(lines).toEqual([
    { layer: "hidden_states.0", frame: 0, data: first.data[0] },
    { layer: "hidden_states.0", frame: 1, data: first.data[1] },
    { layer: "hidden_states.12", frame: 0, data: second.data[0] },
    { layer: "hidden_states.12", frame: 1, data: second.data[1] },
    { layer: "extract_features", data: pooled.data },
  ]);
});
