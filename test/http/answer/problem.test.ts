import { describe, expect, test } from "vitest";
import { UndertoneError } from "../../../src/errors.ts";
import { PROBLEM_TYPES } from "../../../src/http/answer/problem-types.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { chirp, post, problemOf, startService } from "../../support/http/service.ts";

/** A registry that fails as told, for failures that cannot be had from a healthy engine. */
function failingRegistry(error: unknown): ModelRegistry {
  const fail = () => Promise.reject(error);
  return {
    list: fail,
    defaultId: fail,
    find: fail,
    engineOf: fail,
    open: fail,
    readLanguageModel: fail,
    openXVectors: fail,
    readCohort: fail,
  };
}

describe("a problem", () => {
  test("has RFC 9457's members, the request id as its instance, and the error's numbers", async () => {
    const response = await post(startService(), "?dtype=f64", chirp(400), {
      "X-Request-Id": "abc-1",
    });
    expect(await problemOf(response)).toEqual({
      type: "/problems/invalid-option",
      title: PROBLEM_TYPES["invalid-option"].title,
      status: 422,
      detail: "Option `dtype` has to be one of f32, f16.",
      instance: "abc-1",
      option: "dtype",
      accepted: ["f32", "f16"],
      error: {
        message: "Option `dtype` has to be one of f32, f16.",
        type: "invalid_request_error",
        param: "dtype",
        code: "invalid-option",
      },
    });
  });

  test("names its own members as the API does, and never lets them replace the standard ones", async () => {
    const error = new UndertoneError("clip-too-long", "Split it.", {
      maxClipSeconds: 2,
      status: 200,
      type: "x",
    });
    const problem = await problemOf(
      await post(startService(failingRegistry(error)), "", chirp(400)),
    );
    expect(problem).toMatchObject({
      max_clip_seconds: 2,
      status: 413,
      type: "/problems/clip-too-long",
    });
  });

  test("says when to try again where that can help", async () => {
    const error = new UndertoneError("model-memory-exhausted", "Try again.");
    const response = await post(startService(failingRegistry(error)), "", chirp(400));
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
  });

  test("says when to try again as the error itself knows best", async () => {
    const error = new UndertoneError("queue-full", "Try again.", { retryAfterSeconds: 7 });
    const response = await post(startService(failingRegistry(error)), "", chirp(400));
    expect(response.headers.get("Retry-After")).toBe("7");
    expect(await problemOf(response)).toMatchObject({ status: 503, retry_after_seconds: 7 });
  });

  test("has a page behind its type", async () => {
    const { app } = startService();
    const response = await app.request("/problems/clip-too-long");
    expect(await response.json()).toMatchObject({ type: "/problems/clip-too-long", status: 413 });
    expect((await app.request("/problems/toString")).status).toBe(404);
  });
});

describe("an unexpected exception", () => {
  const service = startService(failingRegistry(new Error("secret-token at db.ts")));

  test("is a 500 that tells the client nothing of it", async () => {
    const response = await post(service, "", chirp(400));
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text).type).toBe("/problems/internal");
    expect(text).not.toMatch(/secret-token|\.ts|at /);
  });

  test("is logged with its stack under the request's id", async () => {
    await post(service, "", chirp(400), { "X-Request-Id": "find-me" });
    expect(service.logged).toContainEqual(
      expect.objectContaining({
        level: "error",
        event: "unexpected-error",
        request_id: "find-me",
        stack: expect.stringContaining("problem.test.ts"),
      }),
    );
  });
});
