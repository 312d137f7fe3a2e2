import { describe, expect, test } from "vitest";
import { chooseFormat } from "../../../src/http/request/negotiate.ts";

describe("chooseFormat", () => {
  test.each([
    [undefined, "json", "application/json"],
    ["", "json", "application/json"],
    ["*/*", "json", "application/json"],
    ["application/*", "json", "application/json"],
    ["application/x-npy", "npy", "application/x-npy"],
    ["APPLICATION/X-NPY", "npy", "application/x-npy"],
    ["application/zip", "npz", "application/zip"],
    ["application/x-npz", "npz", "application/x-npz"],
    ["application/vnd.safetensors", "safetensors", "application/vnd.safetensors"],
    ["application/octet-stream", "safetensors", "application/octet-stream"],
    ["application/x-npy, application/json;q=0.5", "npy", "application/x-npy"],
    ["application/x-npy;q=0.4, application/zip;q=0.9", "npz", "application/zip"],
    ["text/html, application/x-npy;q=0.1", "npy", "application/x-npy"],
    ["application/json;q=0, */*", "npy", "application/x-npy"],
    ["application/*;q=0.2, application/zip", "npz", "application/zip"],
    ["text/html, */*;q=0.1", "json", "application/json"],
  ])("Accept: %s gives %s as %s", (accept, format, mediaType) => {
    expect(chooseFormat(undefined, accept)).toEqual({ format, mediaType });
  });

  test("the option wins over Accept", () => {
    expect(chooseFormat("npz", "application/json")).toEqual({
      format: "npz",
      mediaType: "application/zip",
    });
  });

  test.each(["text/html", "application/json;q=0", "image/*"])(
    "Accept: %s is refused with what there is",
    (accept) => {
      expect(() => chooseFormat(undefined, accept)).toThrow(
        expect.objectContaining({
          slug: "not-acceptable",
          extensions: { available: expect.arrayContaining(["application/json"]) },
        }),
      );
    },
  );
});
