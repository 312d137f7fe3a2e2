/** The API: which address leads to which file. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { authenticate } from "./http/auth.ts";
import { submitBatch, submitBatchRoute } from "./http/batch-submission.ts";
import {
  batchResultsRoute,
  batchRoute,
  cancelBatch,
  cancelBatchRoute,
  getBatch,
  getBatchResults,
  listBatches,
  listBatchesRoute,
} from "./http/batches.ts";
import { setBodyTerms } from "./http/body-terms.ts";
import { classificationsRoute, classifyClip } from "./http/classifications.ts";
import { compareClips, comparisonsRoute } from "./http/comparisons.ts";
import type { AppEnv } from "./http/context.ts";
import { sharePacks } from "./http/cross-origin.ts";
import {
  batchDeliveriesRoute,
  getDeliveries,
  jobDeliveriesRoute,
  postRedelivery,
  redeliverBatchRoute,
  redeliverJobRoute,
} from "./http/deliveries.ts";
import { diarizationsRoute, diarizeClip } from "./http/diarizations.ts";
import { computeEmbedding, embeddingsRoute } from "./http/embeddings.ts";
import { computeFeatures, featuresRoute } from "./http/features.ts";
import { getHealth, healthRoute } from "./http/health.ts";
import { callHook, hookRoute } from "./http/hooks.ts";
import { getJobResult, jobResultRoute } from "./http/job-result.ts";
import {
  BatchListQuerySchema,
  JobListQuerySchema,
  JobOptionsSchema,
  LinkQuerySchema,
  ResultQuerySchema,
} from "./http/job-schemas.ts";
import {
  deleteJob,
  deleteJobRoute,
  getJob,
  jobRoute,
  listJobs,
  listJobsRoute,
  submitJob,
  submitJobRoute,
} from "./http/jobs.ts";
import { getModel, listModels, modelRoute, modelsRoute } from "./http/models.ts";
import { describeApi, openApiRoute } from "./http/openapi.ts";
import { refuseInvalidOptions, refuseOptionsUnlike } from "./http/options.ts";
import { readOwnBatch, readOwnJob } from "./http/own.ts";
import { getPackBlob, getPackManifest, packBlobRoute, packManifestRoute } from "./http/packs.ts";
import { answerProblem } from "./http/problem.ts";
import { getProblemType, problemTypeRoute } from "./http/problem-pages.ts";
import { identifyRequest } from "./http/request-id.ts";
import { logRequests } from "./http/request-log.ts";
import { secureAnswers } from "./http/security-headers.ts";
import { ClassificationOptionsSchema } from "./http/tasks/classification.ts";
import { ComparisonOptionsSchema } from "./http/tasks/comparison.ts";
import { DiarizationOptionsSchema } from "./http/tasks/diarization.ts";
import { EmbeddingOptionsSchema } from "./http/tasks/embedding.ts";
import { TranscriptionOptionsSchema } from "./http/tasks/transcription.ts";
import { transcribeClip, transcriptionsRoute } from "./http/transcriptions.ts";
import { refuseOtherMethods, unknownAddress } from "./http/unrouted.ts";
import { RotationQuerySchema } from "./http/webhook-schemas.ts";
import {
  createSecret,
  getSecrets,
  rotateSecretRoute,
  secretsRoute,
} from "./http/webhook-secrets.ts";
import type { Platform } from "./platform/platform.ts";

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
