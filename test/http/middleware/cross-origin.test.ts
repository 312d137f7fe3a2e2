import { beforeAll, describe, expect, test } from "vitest";
import { createKey } from "../../../src/keys/table.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, problemOf, type Service, startService } from "../../support/http/service.ts";

const ORIGIN = "http://localhost:8787";
const OTHER = "https://other.example";

let models: ModelRegistry;
beforeAll(async () => {
  models = await tinyRegistry();
});

/** A request as a browser sends it; `host` is where it leads. */
const rotate = (headers: HeadersInit, host = ORIGIN, isOpen = true) =>
  startService(models, { isOpen }).app.request(`${host}/v1/webhook-secrets`, {
    method: "POST",
    headers,
  });

describe("an open service", () => {
  test.each<[string, Record<string, string>]>([
    ["another site", { Origin: OTHER, "Sec-Fetch-Site": "cross-site" }],
    ["another port", { Origin: "http://localhost:3000", "Sec-Fetch-Site": "same-site" }],
    ["another name of this machine", { Origin: "http://127.0.0.1:8787" }],
    ["another site, by a browser without Sec-Fetch-Site", { Origin: OTHER }],
    ["another port, by a browser without Sec-Fetch-Site", { Origin: "http://localhost:3000" }],
    ["a sandboxed frame", { Origin: "null", "Sec-Fetch-Site": "cross-site" }],
    ["a file", { Origin: "null" }],
    ["no origin that can be read", { Origin: "localhost:8787" }],
    ["another site that sends its own Origin", { Origin: ORIGIN, "Sec-Fetch-Site": "cross-site" }],
    ["what Sec-Fetch-Site does not know", { "Sec-Fetch-Site": "" }],
    [
      "a form",
      {
        Origin: OTHER,
        "Sec-Fetch-Site": "cross-site",
        "Content-Type": "application/x-www-form-urlencoded",
      },
    ],
  ])("lets no page rotate secrets from %s", async (_, headers) => {
    const response = await rotate(headers);
    expect(response.status).toBe(403);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect((await problemOf(response)).type).toBe("/problems/cross-origin-request");
  });

  test.each<[string, Record<string, string>]>([
    ["a program", {}],
    ["its own page", { Origin: ORIGIN, "Sec-Fetch-Site": "same-origin" }],
    ["its own page in a browser without Sec-Fetch-Site", { Origin: ORIGIN }],
    ["the user alone", { "Sec-Fetch-Site": "none" }],
  ])("takes what comes from %s", async (_, headers) => {
    expect((await rotate(headers)).status).toBe(201);
  });

  test.each([
    ["POST", "/v1/features"],
    ["POST", "/v1/jobs"],
    ["DELETE", "/v1/jobs/j"],
    ["POST", "/v1/batches"],
    ["POST", "/v1/hooks/h"],
    ["PUT", "/v1/nothing"],
  ])("refuses %s %s of another site before its body is read", async (method, path) => {
    const body = new ReadableStream({
      pull() {
        throw new Error("the body was read");
      },
    });
    const response = await startService(models).app.request(`${ORIGIN}${path}`, {
      method,
      headers: { Origin: OTHER, "Content-Type": "text/plain" },
      body,
      duplex: "half",
    } as RequestInit);
    expect((await problemOf(response)).type).toBe("/problems/cross-origin-request");
  });

  test("lets no page of another origin read anything but packs and the API's description", async () => {
    const { app } = startService(models);
    for (const path of ["/v1/models", "/v1/jobs", "/v1/webhook-secrets", "/healthz", "/v1/x"]) {
      for (const method of ["GET", "OPTIONS"]) {
        const response = await app.request(`${ORIGIN}${path}`, {
          method,
          headers: { Origin: OTHER, "Access-Control-Request-Method": "GET" },
        });
        const names = [...response.headers.keys()];
        expect(names.filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
    }
  });

  test("asks for a key by another name, as in DNS rebinding", async () => {
    const host = "http://rebound.example:8787";
    const response = await rotate({ Origin: host, "Sec-Fetch-Site": "same-origin" }, host);
    expect(response.status).toBe(401);
  });
});

test("a service with keys answers whoever has one, wherever the page is from", async () => {
  const { app, platform } = startService(models, { isOpen: false });
  const grant = { scopes: ["features" as const], requestsPerMinute: 60 };
  const { token } = await createKey(platform.database, grant, Date.now());
  const response = await app.request(`${ORIGIN}/v1/features?pool=mean`, {
    method: "POST",
    headers: { Origin: OTHER, "Sec-Fetch-Site": "cross-site", Authorization: `Bearer ${token}` },
    body: chirp(1600),
  });
  expect(response.status).toBe(200);
});

describe("CORS_ORIGINS", () => {
  const serve = (corsOrigins: readonly string[], isOpen: boolean) => {
    const service = startService(models, { isOpen });
    const settings = { ...service.platform.settings, corsOrigins };
    return startService(models, { isOpen, settings, database: service.platform.database });
  };
  const preflight = (service: Service, origin: string) =>
    service.app.request(`${ORIGIN}/v1/audio/transcriptions`, {
      method: "OPTIONS",
      headers: {
        Origin: origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-stainless-os",
      },
    });

  test("answers preflights of its origins without a key, and of no others", async () => {
    const service = serve([OTHER], false);
    const { status, headers } = await preflight(service, OTHER);
    expect(status).toBe(204);
    expect(headers.get("Access-Control-Allow-Origin")).toBe(OTHER);
    expect(headers.get("Access-Control-Allow-Methods")).toContain("POST");
    expect(headers.get("Access-Control-Allow-Headers")).toBe("authorization,x-stainless-os");
    expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
    const refused = await preflight(service, "https://evil.example");
    expect(refused.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  test.each([OTHER, "*"])(
    "lets pages of %s read answers, and why they are refused",
    async (one) => {
      const { app, platform } = serve([one], false);
      const refused = await app.request(`${ORIGIN}/v1/models`, { headers: { Origin: OTHER } });
      expect(refused.status).toBe(401);
      expect(refused.headers.get("Access-Control-Allow-Origin")).toBe(one);
      const grant = { scopes: ["features" as const], requestsPerMinute: 60 };
      const { token } = await createKey(platform.database, grant, Date.now());
      const answer = await app.request(`${ORIGIN}/v1/features?pool=mean`, {
        method: "POST",
        headers: { Origin: OTHER, Authorization: `Bearer ${token}` },
        body: chirp(1600),
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(one);
      const exposed = answer.headers.get("Access-Control-Expose-Headers")?.split(",");
      expect(exposed).toEqual(expect.arrayContaining(["X-Undertone-Model", "Undertone-Partial"]));
    },
  );

  test("lets pages read an open service only if they are named", async () => {
    const read = async (origins: readonly string[]) => {
      const init = { headers: { Origin: OTHER } };
      const { headers } = await serve(origins, true).app.request(`${ORIGIN}/v1/models`, init);
      return headers.get("Access-Control-Allow-Origin");
    };
    expect(await read([OTHER])).toBe(OTHER);
    expect(await read(["*"])).toBeNull();
  });

  test("lets pages write to an open service only if they are named", async () => {
    const write = (origins: readonly string[]) =>
      serve(origins, true).app.request(`${ORIGIN}/v1/webhook-secrets`, {
        method: "POST",
        headers: { Origin: OTHER, "Sec-Fetch-Site": "cross-site" },
      });
    expect((await write([OTHER])).status).toBe(201);
    expect((await write(["*"])).status).toBe(403);
  });
});

describe.each([true, false])("packs of a service that is open: %s", (isOpen) => {
  const ask = (path: string, method: string, headers: HeadersInit) =>
    startService(models, { isOpen }).app.request(`${ORIGIN}${path}`, { method, headers });

  test.each(["/v1/packs/tiny/manifest.json", "/v1/packs/blobs/x.weights"])(
    "a preflight of %s is answered without a key",
    async (path) => {
      const response = await ask(path, "OPTIONS", {
        Origin: OTHER,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
      });
      expect(response.status).toBe(204);
      const { headers } = response;
      expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(headers.get("Access-Control-Allow-Methods")).toBe("GET,HEAD");
      expect(headers.get("Access-Control-Allow-Headers")?.split(",")).toContain("Authorization");
      expect(headers.get("Access-Control-Max-Age")).toBe("7200");
      expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
      expect(headers.get("Vary")).toContain("Access-Control-Request-Headers");
    },
  );

  test("OPTIONS that is no preflight tells the methods", async () => {
    const response = await ask("/v1/packs/tiny/manifest.json", "OPTIONS", {});
    expect(response.headers.get("Allow")).toBe("GET, HEAD, OPTIONS");
  });

  test("a page can read why it is refused", async () => {
    const response = await ask("/v1/packs/none/manifest.json", "GET", { Origin: OTHER });
    expect(response.status).toBe(isOpen ? 404 : 401);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Access-Control-Expose-Headers")).toContain("WWW-Authenticate");
  });
});
