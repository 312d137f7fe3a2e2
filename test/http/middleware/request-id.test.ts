import { describe, expect, test } from "vitest";
import { problemOf, startService } from "../../support/http/service.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("X-Request-Id", () => {
  const { app, logged } = startService();
  const request = (id?: string) =>
    app.request("/nowhere", id === undefined ? {} : { headers: { "X-Request-Id": id } });

  test("is made where the client gives none, and differs between requests", async () => {
    const ids = [await request(), await request()].map(({ headers }) =>
      headers.get("X-Request-Id"),
    );
    expect(ids[0]).toMatch(UUID);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test("is the client's in the answer, the problem and the log", async () => {
    const response = await request("call_7-x=");
    expect(response.headers.get("X-Request-Id")).toBe("call_7-x=");
    expect((await problemOf(response)).instance).toBe("call_7-x=");
    expect(logged.at(-1)).toMatchObject({ request_id: "call_7-x=" });
  });

  test("may have 128 characters", async () => {
    const id = "a".repeat(128);
    expect((await request(id)).headers.get("X-Request-Id")).toBe(id);
  });

  test.each(["a".repeat(129), "<script>", "a b", "a\tb", "ü", '"', "a,b"])(
    "%j is not repeated",
    async (id) => {
      expect((await request(id)).headers.get("X-Request-Id")).toMatch(UUID);
    },
  );
});
