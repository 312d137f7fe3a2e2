import { describe, expect, test } from "vitest";
import { requireKnownBefore } from "../../../src/http/request/options.ts";
import { DiarizationOptionsSchema } from "../../../src/tasks/diarization.ts";
import { resolveOptions, skipsSilence } from "../../../src/tasks/options/request.ts";

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
      skipsSilence: false,
      channel: "mix",
      startSeconds: undefined,
      endSeconds: undefined,
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
    ["format", "csv", ["json", "npy", "npz", "safetensors", "ndjson"]],
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

  test.each([
    ["mix", "mix"],
    ["right", "right"],
    ["3", 3],
  ])("reads channel=%s", (text, channel) => {
    expect(resolveOptions({}, form({ channel: text })).channel).toBe(channel);
  });

  test.each([
    ["0", "1.5", 0, 1.5],
    ["0.25", undefined, 0.25, undefined],
    [undefined, "3", undefined, 3],
  ])("reads start=%s and end=%s as seconds", (start, end, startSeconds, endSeconds) => {
    const fields = { ...(start && { start }), ...(end && { end }) };
    expect(resolveOptions({}, form(fields))).toMatchObject({ startSeconds, endSeconds });
  });

  test.each([
    ["channel", "centre", "has to be mix, left, right, or the index of a channel from 0"],
    ["channel", "-1", "has to be mix"],
    ["start", "", "number of seconds"],
    ["start", "-1", "number of seconds"],
    ["start", "1e3", "number of seconds"],
    ["end", "1:30", "number of seconds"],
    ["end", "9".repeat(400), "number of seconds"],
    ["end", "0", "has to lie after start, which is 0"],
  ])("refuses %s=%s", (option, value, problem) => {
    expect(() => resolveOptions({}, form({ [option]: value }))).toThrow(
      expect.objectContaining({
        slug: "invalid-option",
        message: expect.stringContaining(
          `\`${option}\` ${problem.startsWith("has") ? "" : "has to be a "}${problem}`,
        ),
      }),
    );
  });

  test("refuses a part that ends where it begins, in query and form together", () => {
    expect(() => resolveOptions({ start: 2 }, form({ end: "2" }))).toThrow(/`end`.*after start/);
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
          known: [
            ...["model", "channel", "track", "start", "end", "layers", "layer_weights"],
            ...["skip_silence", "pool", "format", "encoding", "dtype"],
          ],
        },
      }),
    );
  });

  test.each([
    ["a file", [null]],
    ["two values", ["mean", "mean"]],
  ])("refuses %s as an option's value", (_, values) => {
    for (const option of ["model", "layers", "pool", "channel", "start"]) {
      expect(() => resolveOptions({}, new Map([[option, values]]))).toThrow(
        expect.objectContaining({
          slug: "invalid-option",
          message: `Option \`${option}\` has to be given once, as text.`,
        }),
      );
    }
  });
});

describe("requireKnownBefore", () => {
  const known = resolveOptions({}, form({ channel: "left", start: "1" }));

  test("takes whatever else comes after the file, and the same once more", () => {
    const later = form({ channel: "left", start: "1", pool: "max", layers: "0" });
    expect(() => requireKnownBefore(known, resolveOptions({}, later))).not.toThrow();
  });

  test.each([
    ["end", form({ channel: "left", start: "1", end: "2" })],
    ["start", form({ channel: "left" })],
    ["channel", form({ channel: "right", start: "1" })],
  ])("refuses another %s, and says where it goes", (option, later) => {
    expect(() => requireKnownBefore(known, resolveOptions({}, later))).toThrow(
      expect.objectContaining({
        slug: "invalid-option",
        message: expect.stringMatching(
          new RegExp(`\`${option}\`.*before the file or in the query`),
        ),
      }),
    );
  });
});

test.each([
  [{}, false],
  [{ skip_silence: false }, false],
  [{ skip_silence: true }, true],
  [DiarizationOptionsSchema.parse({ skip_silence: "false" }), false],
])("skipsSilence: %o leaves silence out: %s", (options, isLeftOut) => {
  expect(skipsSilence(options)).toBe(isLeftOut);
});
