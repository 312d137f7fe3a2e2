/** The API: which address leads to which file. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { classificationsRoute, classifyClip } from "./http/classifications.ts";
import { compareClips, comparisonsRoute } from "./http/comparisons.ts";
import type { AppEnv } from "./http/context.ts";
import { diarizationsRoute, diarizeClip } from "./http/diarizations.ts";
import { computeEmbedding, embeddingsRoute } from "./http/embeddings.ts";
import { computeFeatures, featuresRoute } from "./http/features.ts";
import { getHealth, healthRoute } from "./http/health.ts";
import { getModel, listModels, modelRoute, modelsRoute } from "./http/models.ts";
import { describeApi } from "./http/openapi.ts";
import { refuseInvalidOptions, refuseOptionsUnlike } from "./http/options.ts";
import { answerProblem } from "./http/problem.ts";
import { getProblemType, problemTypeRoute } from "./http/problem-pages.ts";
import { identifyRequest } from "./http/request-id.ts";
import { logRequests } from "./http/request-log.ts";
import { ClassificationOptionsSchema } from "./http/tasks/classification.ts";
import { ComparisonOptionsSchema } from "./http/tasks/comparison.ts";
import { DiarizationOptionsSchema } from "./http/tasks/diarization.ts";
import { EmbeddingOptionsSchema } from "./http/tasks/embedding.ts";
import { TranscriptionOptionsSchema } from "./http/tasks/transcription.ts";
import { transcribeClip, transcriptionsRoute } from "./http/transcriptions.ts";
import { refuseOtherMethods, refuseUnknownAddress } from "./http/unrouted.ts";
import type { Platform } from "./platform/platform.ts";

/** The Hono app of one deployment; it uses Web APIs only and serves any runtime through `app.fetch`. */
export function createApp(platform: Platform): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalidOptions });
  app.onError(answerProblem(platform));
  app.notFound(refuseUnknownAddress);
  app.use(identifyRequest, logRequests(platform), refuseOtherMethods(app));

  app.openapi(featuresRoute, computeFeatures(platform));
  app.openapi(
    embeddingsRoute,
    computeEmbedding(platform),
    refuseOptionsUnlike(EmbeddingOptionsSchema),
  );
  app.openapi(
    comparisonsRoute,
    compareClips(platform),
    refuseOptionsUnlike(ComparisonOptionsSchema),
  );
  app.openapi(
    transcriptionsRoute,
    transcribeClip(platform),
    refuseOptionsUnlike(TranscriptionOptionsSchema),
  );
  app.openapi(
    classificationsRoute,
    classifyClip(platform),
    refuseOptionsUnlike(ClassificationOptionsSchema),
  );
  app.openapi(
    diarizationsRoute,
    diarizeClip(platform),
    refuseOptionsUnlike(DiarizationOptionsSchema),
  );
  app.openapi(modelsRoute, listModels(platform));
  app.openapi(modelRoute, getModel(platform));
  app.openapi(healthRoute, getHealth(platform));
  app.openapi(problemTypeRoute, getProblemType);
  app.get("/openapi.json", describeApi(app));
  return app;
}
