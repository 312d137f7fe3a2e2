import { beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../../src/app.ts";
import { createKey, SCOPES, type Scope } from "../../../src/keys/table.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";

/** What may be read without a key; everything else is closed. */
const PUBLIC = [
  "GET /healthz",
  "GET /llms.txt",
  "GET /openapi.json",
  "GET /problems/{slug}",
  "GET /readyz",
];

interface Route {
  readonly method: string;
  readonly path: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[] | undefined;
}

const routes = routesOf(startService());
const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const closed = routes.filter((route) => !PUBLIC.includes(nameOf(route)));
const scopesOf = ({ security = [] }: Route) =>
  security.flatMap(({ apiKey = [] }) => apiKey) as Scope[];
const addressOf = ({ path }: Route) => path.replaceAll(/\{\w+\}/g, "x");

/** Every route of an app, whether or not it says who may use it. */
function routesOf({ app }: Service): Route[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, security } = definition.route;
    return [{ method: method.toUpperCase(), path, security } as Route];
  });
}

let service: Service;
const tokens = new Map<Scope, string>();
beforeAll(async () => {
  service = startService(undefined, { isOpen: false });
  for (const scope of SCOPES) {
    const request = { scopes: [scope], requestsPerMinute: 600 };
    tokens.set(scope, (await createKey(service.platform.database, request, Date.now())).token);
  }
});

async function ask(path: string, method: string, scope?: Scope): Promise<Response> {
  const headers = new Headers();
  if (scope !== undefined) headers.set("Authorization", `Bearer ${tokens.get(scope)}`);
  return await service.app.request(path, { method, headers });
}

describe("every route", () => {
  test("is in the OpenAPI document", () => {
    const handled = service.app.routes.filter(({ method }) => method !== "ALL");
    const documented = routes.map(({ method, path }) => `${method} ${path}`);
    const names = handled.map(
      ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
    );
    expect([...new Set(names)].sort()).toEqual(documented.sort());
  });

  test.each(routes)("$method $path says who may use it", ({ security }) => {
    expect(security).toBeInstanceOf(Array);
  });

  test("is closed unless it is one of the five that are for everybody", () => {
    const open = routes.filter(({ security }) => security?.length === 0).map(nameOf);
    expect(open.sort()).toEqual(PUBLIC);
  });

  test.each(closed)("$method $path is refused without a key", async (route) => {
    const response = await ask(addressOf(route), route.method);
    const { type } = await problemOf(response);
    // A hook's signature takes the key's place.
    const isHook = route.path.startsWith("/v1/hooks/");
    expect(type).toBe(`/problems/${isHook ? "unknown-hook" : "key-missing"}`);
  });

  test.each(closed.filter((route) => scopesOf(route).length > 0))(
    "$method $path takes keys of its scopes and no others",
    async (route) => {
      for (const scope of SCOPES) {
        const response = await ask(addressOf(route), route.method, scope);
        const type = response.ok ? null : (await problemOf(response)).type;
        const isRefused = type === "/problems/key-lacks-scope" || response.status === 401;
        expect(isRefused, scope).toBe(!scopesOf(route).includes(scope));
      }
    },
  );

  test("takes a link only if it leads to a result", () => {
    const linked = routes.filter(({ security = [] }) =>
      security.some((one) => "signedLink" in one),
    );
    expect(linked.map(nameOf)).toEqual([
      "GET /v1/jobs/{id}/result",
      "GET /v1/batches/{id}/results",
    ]);
  });
});

describe("an address that is not in the table", () => {
  test.each(["GET", "POST", "DELETE"])("is refused to every key: %s", async (method) => {
    for (const scope of SCOPES) {
      const response = await ask("/v1/nothing", method, scope);
      expect((await problemOf(response)).type).toBe("/problems/not-found");
    }
    expect((await ask("/v1/nothing", method)).status).toBe(401);
  });

  test("is closed even if a handler was put there", async () => {
    for (const isOpen of [true, false]) {
      const app = createApp({ ...service.platform, isOpen });
      app.get("/v1/undeclared", (c) => c.text("secret"));
      app.all("/v1/undeclared/all", (c) => c.text("secret"));
      app.get("/v1/jobs/:id/*", (c) => c.text("secret"));
      for (const path of ["/v1/undeclared", "/v1/undeclared/all", "/v1/jobs/x/secret"]) {
        const headers = { Authorization: `Bearer ${tokens.get("jobs")}` };
        const response = await app.request(`http://localhost${path}`, { headers });
        expect((await problemOf(response)).type, path).toBe("/problems/not-found");
      }
    }
  });
});

describe("OPTIONS", () => {
  test("tells the methods of an address to everybody, and is no problem to the log", async () => {
    service.logged.length = 0;
    const response = await ask("/v1/jobs", "OPTIONS");
    expect(response.status).toBe(204);
    expect(response.headers.get("Allow")).toBe("POST, GET, HEAD, OPTIONS");
    expect(service.logged).toEqual([
      expect.objectContaining({ event: "request", method: "OPTIONS", status: 204 }),
    ]);
    expect(service.logged[0]).not.toHaveProperty("problem");
  });

  test("of an unknown address is not found", async () => {
    const response = await ask("/v1/nothing", "OPTIONS");
    expect((await problemOf(response)).type).toBe("/problems/not-found");
  });
});
