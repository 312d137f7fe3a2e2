/** The API: which address leads to which file. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { readOwnBatch, readOwnJob } from "./http/access/own.ts";
import { answerProblem } from "./http/answer/problem.ts";
import { refuseOtherMethods, unknownAddress } from "./http/answer/unrouted.ts";
import {
  batchResultsRoute,
  batchRoute,
  cancelBatch,
  cancelBatchRoute,
  getBatch,
  getBatchResults,
  listBatches,
  listBatchesRoute,
} from "./http/batches/routes.ts";
import { submitBatch, submitBatchRoute } from "./http/batches/submit.ts";
import { classificationsRoute, classifyClip } from "./http/classifications/route.ts";
import { compareClips, comparisonsRoute } from "./http/comparisons/route.ts";
import type { AppEnv } from "./http/context.ts";
import { diarizationsRoute, diarizeClip } from "./http/diarizations/route.ts";
import { computeEmbedding, embeddingsRoute } from "./http/embeddings/route.ts";
import { computeFeatures, featuresRoute } from "./http/features/route.ts";
import { callHook, hookRoute } from "./http/hooks/route.ts";
import { getJobResult, jobResultRoute } from "./http/jobs/result.ts";
import {
  deleteJob,
  deleteJobRoute,
  getJob,
  jobRoute,
  listJobs,
  listJobsRoute,
  submitJob,
  submitJobRoute,
} from "./http/jobs/routes.ts";
import {
  BatchListQuerySchema,
  JobListQuerySchema,
  JobOptionsSchema,
  LinkQuerySchema,
  ResultQuerySchema,
} from "./http/jobs/schemas.ts";
import { authenticate } from "./http/middleware/auth.ts";
import { setBodyTerms } from "./http/middleware/body-terms.ts";
import { sharePacks } from "./http/middleware/cross-origin.ts";
import { identifyRequest } from "./http/middleware/request-id.ts";
import { logRequests } from "./http/middleware/request-log.ts";
import { secureAnswers } from "./http/middleware/security-headers.ts";
import { getModel, listModels, modelRoute, modelsRoute } from "./http/models/routes.ts";
import {
  getPackBlob,
  getPackManifest,
  packBlobRoute,
  packManifestRoute,
} from "./http/packs/routes.ts";
import { refuseInvalidOptions, refuseOptionsUnlike } from "./http/request/options.ts";
import { getHealth, healthRoute } from "./http/service/health.ts";
import { describeApi, openApiRoute } from "./http/service/openapi.ts";
import { getProblemType, problemTypeRoute } from "./http/service/problem-pages.ts";
import { transcribeClip, transcriptionsRoute } from "./http/transcriptions/route.ts";
import {
  batchDeliveriesRoute,
  getDeliveries,
  jobDeliveriesRoute,
  postRedelivery,
  redeliverBatchRoute,
  redeliverJobRoute,
} from "./http/webhooks/deliveries.ts";
import { RotationQuerySchema } from "./http/webhooks/schemas.ts";
import {
  createSecret,
  getSecrets,
  rotateSecretRoute,
  secretsRoute,
} from "./http/webhooks/secrets.ts";
import type { Platform } from "./platform/platform.ts";
import { ClassificationOptionsSchema } from "./tasks/classification.ts";
import { ComparisonOptionsSchema } from "./tasks/comparison.ts";
import { DiarizationOptionsSchema } from "./tasks/diarization.ts";
import { EmbeddingOptionsSchema } from "./tasks/embedding.ts";
import { TranscriptionOptionsSchema } from "./tasks/transcription.ts";

/** The Hono app of one deployment; it uses Web APIs only and serves any runtime through `app.fetch`. */
export function createApp(platform: Platform): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalidOptions });
  app.onError(answerProblem(platform));
  app.notFound(unknownAddress);
  app.use(
    secureAnswers(platform.settings.publicOrigin),
    identifyRequest,
    logRequests(platform),
    sharePacks,
    refuseOtherMethods(app),
    authenticate(platform, app),
    setBodyTerms(platform),
  );

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
  app.openapi(packBlobRoute, getPackBlob(platform));
  app.openapi(packManifestRoute, getPackManifest(platform));
  app.openapi(submitJobRoute, submitJob(platform), refuseOptionsUnlike(JobOptionsSchema));
  app.openapi(listJobsRoute, listJobs(platform), refuseOptionsUnlike(JobListQuerySchema));
  app.openapi(jobRoute, getJob(platform));
  app.openapi(jobResultRoute, getJobResult(platform), refuseOptionsUnlike(ResultQuerySchema));
  app.openapi(deleteJobRoute, deleteJob(platform));
  app.openapi(submitBatchRoute, submitBatch(platform), refuseOptionsUnlike(JobOptionsSchema));
  app.openapi(listBatchesRoute, listBatches(platform), refuseOptionsUnlike(BatchListQuerySchema));
  app.openapi(batchRoute, getBatch(platform));
  app.openapi(batchResultsRoute, getBatchResults(platform), refuseOptionsUnlike(LinkQuerySchema));
  app.openapi(cancelBatchRoute, cancelBatch(platform));
  app.openapi(jobDeliveriesRoute, getDeliveries(platform, readOwnJob));
  app.openapi(redeliverJobRoute, postRedelivery(platform, readOwnJob));
  app.openapi(batchDeliveriesRoute, getDeliveries(platform, readOwnBatch));
  app.openapi(redeliverBatchRoute, postRedelivery(platform, readOwnBatch));
  app.openapi(secretsRoute, getSecrets(platform));
  app.openapi(rotateSecretRoute, createSecret(platform), refuseOptionsUnlike(RotationQuerySchema));
  app.openapi(hookRoute, callHook(platform));
  app.openapi(healthRoute, getHealth(platform));
  app.openapi(problemTypeRoute, getProblemType);
  app.openapi(openApiRoute, describeApi(app));
  return app;
}
