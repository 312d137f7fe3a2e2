import { afterEach, describe, expect, it, type TestContext, vi } from "vitest";
import { needsPrograms } from "../../support/programs.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What a test that needs these programs is skipped for; null if it goes on. */
function skippedFor(...programs: string[]): string | null {
  let reason: string | null = null;
  const skip = (note: string) => {
    reason ??= note;
  };
  needsPrograms({ skip } as unknown as TestContext, ...programs);
  return reason;
}

describe("a test that needs a program", () => {
  it("runs where it is installed", () => {
    expect(skippedFor(process.execPath)).toBeNull();
  });

  it("is skipped with the program's name where it is not", () => {
    vi.stubEnv("CI", "");
    expect(skippedFor("no-such-program")).toBe("no-such-program is not installed");
  });

  it("fails there under CI, where every program is", () => {
    vi.stubEnv("CI", "true");
    expect(() => skippedFor("no-such-program")).toThrow("no-such-program is not installed");
  });
});
