import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UndertoneError } from "../../src/errors.ts";
import { checkUrl } from "../../src/outbound/check-url.ts";
import { PRIVATE_HOSTS, REFUSED_URLS } from "../support/jobs/ssrf-payloads.ts";

const PUBLIC_ONLY = { allowPrivate: false };
const NOT_ALLOWED = expect.objectContaining({ slug: "url-not-allowed" });

describe("checkUrl", () => {
  it.each([
    "https://audio.undertone.dev/clip.wav?signature=a%2Fb#t=1",
    "https://audio.undertone.dev:443/",
    "https://audio.undertone.dev:80/",
    "https://audio.undertone.dev./",
    "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/",
    "https://bücher.de/hörbuch.wav",
    "https://localhost.com/",
  ])("takes %s", (url) => {
    expect(checkUrl(url, PUBLIC_ONLY).href).toBe(new URL(url).href);
  });

  it.each(PRIVATE_HOSTS)("refuses the host %s", (host) => {
    expect(() => checkUrl(`https://${host}/clip.wav`, PUBLIC_ONLY)).toThrow(NOT_ALLOWED);
  });

  it.each(REFUSED_URLS)("refuses %s", (url) => {
    expect(() => checkUrl(url, PUBLIC_ONLY)).toThrow(NOT_ALLOWED);
  });

  it("throws nothing but its refusal, whatever the text", () => {
    const part = fc.oneof(
      fc.constantFrom("https:", "//", "[", "]", "@", ":", "%", ".", "127", "0x7f", "::", "\\"),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        try {
          checkUrl(parts.join(""), PUBLIC_ONLY);
        } catch (error) {
          expect(error).toBeInstanceOf(UndertoneError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  describe("in development", () => {
    const DEVELOPMENT = { allowPrivate: true };

    it.each(["http://localhost:8080/clip.wav", "http://127.0.0.1/", "https://[::1]:8443/"])(
      "takes %s",
      (url) => {
        expect(checkUrl(url, DEVELOPMENT).href).toBe(url);
      },
    );

    it.each(["file:///etc/passwd", "ftp://localhost/", "http://user:secret@localhost/", ""])(
      "still refuses '%s'",
      (url) => {
        expect(() => checkUrl(url, DEVELOPMENT)).toThrow(NOT_ALLOWED);
      },
    );
  });
});
