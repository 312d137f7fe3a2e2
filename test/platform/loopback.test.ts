import { describe, expect, it } from "vitest";
import { isLoopback } from "../../src/platform/loopback.ts";

describe("isLoopback", () => {
  it.each([
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:2]",
    "::FFFF:127.1.2.3",
  ])("is true of %s", (host) => expect(isLoopback(host)).toBe(true));

  it.each([
    "",
    "0.0.0.0",
    "128.0.0.1",
    "10.127.0.1",
    "192.168.0.7",
    "::",
    "[::]",
    "::2",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "fe80::1",
    "127.evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "localhost:80",
    "127.0.0.1/",
    "user@127.0.0.1",
    "127.0.0.1 ",
  ])("is false of %j", (host) => expect(isLoopback(host)).toBe(false));
});
