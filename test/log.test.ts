import { expect, test } from "vitest";
import { logLine } from "../src/log.ts";

test("a log line is JSON that begins with the time in UTC", () => {
  const entry = { level: "info", event: "request", status: 200, path: "/v1/a\nb" } as const;
  expect(logLine(entry, Date.UTC(2026, 0, 15, 12))).toBe(
    '{"time":"2026-01-15T12:00:00.000Z","level":"info","event":"request","status":200,"path":"/v1/a\\nb"}',
  );
});
