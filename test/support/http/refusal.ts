/** Checks that a refusal is the right one and leaves the service working. */
import { expect } from "vitest";
import type { Platform } from "../../../src/platform/platform.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import type { Refusal } from "../clips/refused-files.ts";
import { bytesOf, chirp, post, problemOf, type Service, startService } from "./service.ts";

export const goodClip = chirp(800);

export type { Refusal };

/** A service with a tiny model, and the answer it keeps giving to a good request. */
export async function startRefusingService(platform: Partial<Platform> = {}) {
  const service = startService(await tinyRegistry(), platform);
  const goodAnswer = await askGood(service);
  return {
    service,
    /** Expects a problem, and that the next good request is answered as ever. */
    async expectRefused(response: Response, { slug, status, detail = /./ }: Refusal) {
      const problem = await problemOf(response);
      expect(problem).toMatchObject({ type: `/problems/${slug}`, status });
      expect(problem.detail).toMatch(detail);
      expect(await askGood(service)).toEqual(goodAnswer);
    },
  };
}

async function askGood(service: Service): Promise<Uint8Array> {
  return bytesOf(await post(service, "?format=npy", goodClip));
}
