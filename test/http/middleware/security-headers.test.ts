import { describe, expect, test } from "vitest";
import { createApp } from "../../../src/app.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { startService } from "../../support/http/service.ts";

const ORIGIN = "http://localhost:8787";

const ANSWERS: readonly (readonly [string, string])[] = [
  ["GET", "/healthz"],
  ["GET", "/openapi.json"],
  ["GET", "/problems/not-found"],
  ["GET", "/v1/jobs"],
  ["GET", "/v1/models/none"],
  ["GET", "/v1/packs/none/manifest.json"],
  ["POST", "/v1/features"],
  ["DELETE", "/v1/features"],
  ["OPTIONS", "/v1/features"],
  ["GET", "/nothing"],
];

describe.each(ANSWERS)("the answer to %s %s", (method, path) => {
  const ask = async (isOpen = true, origin = ORIGIN) => {
    const { app } = startService(undefined, { isOpen });
    return (await app.request(`${origin}${path}`, { method })).headers;
  };

  test.each([true, false])("is taken for nothing else by browsers, open: %s", async (isOpen) => {
    const headers = await ask(isOpen);
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Content-Security-Policy")).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("X-Frame-Options")).toBe("DENY");
    expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
    expect(headers.get("X-Powered-By")).toBeNull();
  });

  test("is kept by no cache, unless everybody may read it", async () => {
    const cacheControl = (await ask(false)).get("Cache-Control");
    expect(cacheControl).toBe(path === "/openapi.json" ? "public, max-age=300" : "no-store");
  });

  test("asks for TLS only over TLS", async () => {
    expect((await ask()).get("Strict-Transport-Security")).toBeNull();
    const secure = await ask(true, "https://undertone.example");
    expect(secure.get("Strict-Transport-Security")).toBe("max-age=31536000");
  });
});

test("an unexpected error has the headers too", async () => {
  const app = createApp(startService().platform);
  app.get("/healthz/broken", () => {
    throw new Error("broken");
  });
  const { headers } = await app.request(`${ORIGIN}/healthz/broken`);
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Cache-Control")).toBe("no-store");
});

test("a service whose PUBLIC_ORIGIN is https asks for TLS behind its proxy", async () => {
  const { platform } = startService();
  const { publicOrigin } = readSettings({ PUBLIC_ORIGIN: "https://undertone.example" });
  const app = createApp({ ...platform, settings: { ...platform.settings, publicOrigin } });
  const { headers } = await app.request(`${ORIGIN}/healthz`);
  expect(headers.get("Strict-Transport-Security")).toBe("max-age=31536000");
});
