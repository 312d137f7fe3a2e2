/** The API: which address leads to which file. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./http/context.ts";
import { computeFeatures, featuresRoute } from "./http/features.ts";
import { getHealth, healthRoute } from "./http/health.ts";
import { getModel, listModels, modelRoute, modelsRoute } from "./http/models.ts";
import { describeApi } from "./http/openapi.ts";
import { refuseInvalidOptions } from "./http/options.ts";
import { getPackBlob, getPackManifest, packBlobRoute, packManifestRoute } from "./http/packs.ts";
import { answerProblem } from "./http/problem.ts";
import { getProblemType, problemTypeRoute } from "./http/problem-pages.ts";
import { identifyRequest } from "./http/request-id.ts";
import { logRequests } from "./http/request-log.ts";
import { refuseOtherMethods, refuseUnknownAddress } from "./http/unrouted.ts";
import type { Platform } from "./platform/platform.ts";

/** The Hono app of one deployment; it uses Web APIs only and serves any runtime through `app.fetch`. */
export function createApp(platform: Platform): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalidOptions });
  app.onError(answerProblem(platform));
  app.notFound(refuseUnknownAddress);
  app.use(identifyRequest, logRequests(platform), refuseOtherMethods(app));

  app.openapi(featuresRoute, computeFeatures(platform));
  app.openapi(modelsRoute, listModels(platform));
  app.openapi(modelRoute, getModel(platform));
  app.openapi(packBlobRoute, getPackBlob(platform));
  app.openapi(packManifestRoute, getPackManifest(platform));
  app.openapi(healthRoute, getHealth(platform));
  app.openapi(problemTypeRoute, getProblemType);
  app.get("/openapi.json", describeApi(app));
  return app;
}
