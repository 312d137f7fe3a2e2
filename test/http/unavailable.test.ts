import { expect, test } from "vitest";
import { chirp, damagedRegistry, post, problemOf, startService } from "./service.ts";

test("a service without models says which command installs one", async () => {
  const problem = await problemOf(await post(startService(), "", chirp(400)));
  expect(problem).toMatchObject({ type: "/problems/no-pack-installed", status: 503 });
  expect(problem.detail).toMatch(/undertone pack install/);
});

test("a service whose model is damaged says so, and still answers the rest", async () => {
  const damaged = startService(await damagedRegistry());
  const problem = await problemOf(await post(damaged, "", chirp(400)));
  expect(problem).toMatchObject({ type: "/problems/pack-damaged", status: 503 });
  expect((await damaged.app.request("/v1/models")).status).toBe(200);
});
