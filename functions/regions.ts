/** The Cloudflare Worker in front of regions (docs/regions.md): it has no storage, and computes nothing. */
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { UndertoneError } from "../src/errors.ts";
import { problemResponse } from "../src/http/answer/problem.ts";
import type { AppEnv } from "../src/http/context.ts";
import { shareAnswers } from "../src/http/middleware/cross-origin.ts";
import { identifyRequest } from "../src/http/middleware/request-id.ts";
import { secureAnswers } from "../src/http/middleware/security-headers.ts";
import { log } from "../src/platform/cloudflare/log.ts";
import { coloOf, placeOf, positionOf } from "../src/platform/cloudflare/place.ts";
import { rewrite } from "../src/platform/cloudflare/rewrite.ts";
import { readOrigin, readOrigins } from "../src/platform/origins.ts";
import { createFront } from "../src/regions/front.ts";
import { REGION_HEADER } from "../src/regions/health.ts";
import { type Region, readRegions, regionBinding } from "../src/regions/list.ts";
import { createRegionRouter, type Origin } from "../src/regions/router.ts";

/** A clip of 30 s of 16-bit samples at 16 kHz fits; the sum leaves most of an isolate's 128 MB to what streams through. */
const HOLD = { maxBytes: 1024 * 1024, maxTotalBytes: 32 * 1024 * 1024 };

const publicOrigin = readOrigin(env, "PUBLIC_ORIGIN");
const sharing = { settings: { corsOrigins: readOrigins(env, "CORS_ORIGINS") }, isOpen: false };
const router = createRegionRouter(readRegions(JSON.parse(String(env.REGIONS))), Date.now);
const answer = createFront({ router, hold: HOLD, originOf, send, rewrite, log });

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      const { region, response } = await answer(request);
      return stamped(request, response, region.name);
    } catch (error) {
      if (!(error instanceof UndertoneError)) throw error;
      return stamped(request, await refuse(request, error), error.extensions.region);
    }
  },
};

function originOf(request: Request): Origin {
  const { country, continent } = placeOf(request);
  return { country, continent, position: positionOf(request) };
}

function send({ name }: Region, request: Request): Promise<Response> {
  const service = env[regionBinding(name)] as { fetch(request: Request): Promise<Response> };
  return service.fetch(request);
}

/** A region says its name itself; a Worker that is set up wrongly does not. */
function stamped(request: Request, response: Response, region: unknown): Response {
  const stamp = new Response(response.body, response);
  const colo = coloOf(request);
  if (typeof region === "string") stamp.headers.set(REGION_HEADER, region);
  if (colo !== null) stamp.headers.set("X-Undertone-Colo", colo);
  return stamp;
}

async function refuse(request: Request, error: UndertoneError): Promise<Response> {
  const app = new Hono<AppEnv>()
    .use(secureAnswers(publicOrigin), identifyRequest)
    .use(shareAnswers(sharing))
    .all("*", (c) => problemResponse(error, c));
  return await app.fetch(request);
}
