/** The API: every resource, and what happens to every request. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { answerProblem } from "./http/answer/problem.ts";
import { refuseOtherMethods, unknownAddress } from "./http/answer/unrouted.ts";
import { audio } from "./http/audio/route.ts";
import { batches } from "./http/batches/route.ts";
import { classifications } from "./http/classifications/route.ts";
import { comparisons } from "./http/comparisons/route.ts";
import type { AppEnv } from "./http/context.ts";
import { diarizations } from "./http/diarizations/route.ts";
import { embeddings } from "./http/embeddings/route.ts";
import { features } from "./http/features/route.ts";
import { hooks } from "./http/hooks/route.ts";
import { huggingFace } from "./http/hugging-face/route.ts";
import { identifications } from "./http/identifications/route.ts";
import { jobs } from "./http/jobs/route.ts";
import { mcp } from "./http/mcp/route.ts";
import { accountRequests } from "./http/middleware/account.ts";
import { authenticate } from "./http/middleware/auth.ts";
import { setBodyTerms } from "./http/middleware/body-terms.ts";
import { shareAnswers } from "./http/middleware/cross-origin.ts";
import { identifyRequest } from "./http/middleware/request-id.ts";
import { secureAnswers } from "./http/middleware/security-headers.ts";
import { models } from "./http/models/route.ts";
import { packs } from "./http/packs/route.ts";
import { regions } from "./http/regions/route.ts";
import { selfTest } from "./http/self-test/route.ts";
import { service } from "./http/service/route.ts";
import { speakers } from "./http/speakers/route.ts";
import { transcriptions } from "./http/transcriptions/route.ts";
import { webhookSecrets } from "./http/webhooks/secrets.ts";
import type { Platform } from "./platform/platform.ts";

/** Every resource, in the order of the OpenAPI document. */
const RESOURCES = [
  features,
  embeddings,
  comparisons,
  transcriptions,
  classifications,
  diarizations,
  speakers,
  identifications,
  audio,
  huggingFace,
  mcp,
  models,
  packs,
  jobs,
  batches,
  webhookSecrets,
  hooks,
  service,
  regions,
  selfTest,
];

/** The Hono app of one deployment; it uses Web APIs only and serves any runtime through `app.fetch`. */
export function createApp(platform: Platform): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  app.onError(answerProblem(platform));
  app.notFound(unknownAddress);
  app.use(
    secureAnswers(platform.settings.publicOrigin),
    identifyRequest,
    accountRequests(platform),
    shareAnswers(platform),
    refuseOtherMethods(app),
    authenticate(platform, app),
    setBodyTerms(platform),
  );
  for (const endpoint of RESOURCES.flat()) endpoint.addTo(app, platform);
  return app;
}
