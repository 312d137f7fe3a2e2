import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../src/http/options.ts";

const form = (fields: Record<string, unknown>) =>
  new Map(Object.entries(fields).map(([name, value]) => [name, [value]]));

describe("resolveOptions", () => {
  test("has the documented defaults", () => {
    expect(resolveOptions({}, new Map())).toEqual({
      model: undefined,
      layers: "last",
      pool: "none",
      format: undefined,
      encoding: undefined,
      dtype: "f32",
    });
  });

  test("takes options from the query and from the form", () => {
    const options = resolveOptions({ pool: "mean" }, form({ dtype: "f16", layers: "0, -1" }));
    expect(options).toMatchObject({ pool: "mean", dtype: "f16", layers: [0, -1] });
  });

  test("takes an option given twice with one meaning", () => {
    expect(resolveOptions({ layers: [0, 1] }, form({ layers: "0, 1" })).layers).toEqual([0, 1]);
  });

  test("refuses an option given twice with two meanings", () => {
    expect(() => resolveOptions({ pool: "mean" }, form({ pool: "max" }))).toThrow(
      expect.objectContaining({
        slug: "invalid-option",
        message: expect.stringContaining("`pool`"),
      }),
    );
  });

  test.each([
    ["last", "last"],
    ["all", "all"],
    ["0", [0]],
    ["0,6,-1", [0, 6, -1]],
    ["last_hidden_state,extract_features,3", ["last_hidden_state", "extract_features", 3]],
  ])("reads layers=%s", (text, layers) => {
    expect(resolveOptions({}, form({ layers: text })).layers).toEqual(layers);
  });

  test.each(["", "first", "1,", "1.5", "0,all", "1e2", "--1", "0x1", "NaN"])(
    "refuses layers=%j and says what is accepted",
    (layers) => {
      expect(() => resolveOptions({}, form({ layers }))).toThrow(
        expect.objectContaining({
          slug: "invalid-option",
          message: expect.stringMatching(/`layers` has to be last, all, or/),
        }),
      );
    },
  );

  test.each([
    ["pool", "median", ["none", "mean", "mean_std", "max"]],
    ["format", "csv", ["json", "npy", "npz", "safetensors"]],
    ["encoding", "hex", ["float", "base64"]],
    ["dtype", "f64", ["f32", "f16"]],
  ])("refuses %s=%s and names what is accepted", (option, value, accepted) => {
    expect(() => resolveOptions({}, form({ [option]: value }))).toThrow(
      expect.objectContaining({
        slug: "invalid-option",
        message: `Option \`${option}\` has to be one of ${accepted.join(", ")}.`,
        extensions: { option, accepted },
      }),
    );
  });

  test("refuses an empty model and says where ids are found", () => {
    expect(() => resolveOptions({}, form({ model: "" }))).toThrow(
      expect.objectContaining({
        slug: "invalid-option",
        message: expect.stringMatching(
          /^Option `model` has to be .* GET \/v1\/models lists them\.$/,
        ),
      }),
    );
  });

  test("refuses an option it does not know and names those it does", () => {
    expect(() => resolveOptions({}, form({ pooling: "mean" }))).toThrow(
      expect.objectContaining({
        slug: "unknown-option",
        extensions: {
          option: "pooling",
          known: ["model", "layers", "pool", "format", "encoding", "dtype"],
        },
      }),
    );
  });

  test.each([
    ["a file", [new File(["mean"], "pool.txt")]],
    ["two values", ["mean", "mean"]],
  ])("refuses %s as an option's value", (_, values) => {
    for (const option of ["model", "layers", "pool"]) {
      expect(() => resolveOptions({}, new Map([[option, values]]))).toThrow(
        expect.objectContaining({
          slug: "invalid-option",
          message: `Option \`${option}\` has to be given once, as text.`,
        }),
      );
    }
  });
});
