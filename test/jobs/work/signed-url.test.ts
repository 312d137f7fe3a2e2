import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refuseLink, signUrl } from "../../../src/jobs/work/signed-url.ts";

const SECRET = "secret_0123456789abcdef0123456789abcdef";
const EXPIRES_SECONDS = 1_800_000_000;
const BEFORE_MS = EXPIRES_SECONDS * 1000 - 1;
const RESULT = new URL("https://undertone.dev/v1/jobs/job_1/result");
const signed = () => signUrl(RESULT, EXPIRES_SECONDS, SECRET);

/** The link after `change` has had its way with the parameters. */
async function changed(change: (parameters: URLSearchParams) => void): Promise<URL> {
  const url = await signed();
  change(url.searchParams);
  return url;
}

describe("a signed link", () => {
  it("is signed by HMAC-SHA-256 of path and expiry", async () => {
    const { searchParams } = await signed();
    const content = `/v1/jobs/job_1/result?expires=${EXPIRES_SECONDS}`;
    const expected = createHmac("sha256", SECRET).update(content).digest("base64url");
    expect(searchParams.get("signature")).toBe(expected);
  });

  it("is followed until it expires", async () => {
    const url = await signed();
    expect(await refuseLink(url, BEFORE_MS, SECRET)).toBeNull();
    expect(await refuseLink(url, BEFORE_MS + 1, SECRET)).toBe("expired");
  });

  it("is followed under another name of the service, and from its text", async () => {
    const { href } = await signed();
    const elsewhere = new URL(href.replace("undertone.dev", "localhost:8787"));
    expect(await refuseLink(elsewhere, BEFORE_MS, SECRET)).toBeNull();
  });

  it.each(["expires", "signature"])("is not followed without %s", async (name) => {
    const url = await changed((parameters) => parameters.delete(name));
    expect(await refuseLink(url, BEFORE_MS, SECRET)).toBe("unsigned");
  });

  it("is not followed once it says anything else", async () => {
    const forgeries = await Promise.all([
      changed((parameters) => parameters.set("expires", String(EXPIRES_SECONDS + 1))),
      changed((parameters) => parameters.set("expires", `0${EXPIRES_SECONDS}`)),
      changed((parameters) => parameters.set("signature", "")),
      changed((parameters) => parameters.set("signature", "%%%")),
    ]);
    const other = new URL((await signed()).href.replace("job_1", "job_2"));
    for (const url of [...forgeries, other]) {
      expect(await refuseLink(url, BEFORE_MS, SECRET)).toBe("forged");
    }
    expect(await refuseLink(await signed(), BEFORE_MS, `${SECRET}0`)).toBe("forged");
  });

  it("is followed in any format", async () => {
    const url = await changed((parameters) => parameters.append("format", "npy"));
    expect(await refuseLink(url, BEFORE_MS, SECRET)).toBeNull();
  });

  it("is not made to last by a second expiry", async () => {
    const url = await changed((parameters) => parameters.append("expires", "9999999999"));
    expect(await refuseLink(url, BEFORE_MS + 1, SECRET)).toBe("expired");
  });

  it("survives any query of its own", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.string(), fc.string())), async (parameters) => {
        const url = new URL(`https://undertone.dev/?${new URLSearchParams(parameters)}`);
        fc.pre(!url.searchParams.has("signature") && !url.searchParams.has("expires"));
        const link = await signUrl(url, EXPIRES_SECONDS, SECRET);
        expect(await refuseLink(new URL(link.href), BEFORE_MS, SECRET)).toBeNull();
      }),
    );
  });
});
