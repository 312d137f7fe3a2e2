import { describe, expect, it } from "vitest";
import { redirectTarget } from "../../../src/cli/hub/redirect.ts";

describe("redirectTarget", () => {
  it.each([
    ["https://hub.example/a/b", "../c", "https://hub.example/c"],
    ["https://hub.example/a", "https://cdn.example/b?x=1", "https://cdn.example/b?x=1"],
    ["http://localhost:80/a", "https://hub.example/a", "https://hub.example/a"],
  ])("of %s to %s is %s", (from, location, target) => {
    expect(redirectTarget(location, new URL(from)).href).toBe(target);
  });

  it.each(["http://cdn.example/b", "file:///etc/passwd", "ftp://cdn.example/b", "https://"])(
    "is not followed from https to %s",
    (location) => {
      expect(() => redirectTarget(location, new URL("https://hub.example/a"))).toThrow(
        expect.objectContaining({ slug: "hub-unavailable" }),
      );
    },
  );
});
