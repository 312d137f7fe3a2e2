/** Work outside of requests: queue messages and the clock. */

import { forgetOldEvents } from "./hooks/seen-events.ts";
import { sealHooks } from "./hooks/table.ts";
import { processBatch } from "./jobs/batch/consumer.ts";
import { takeBucketEvent } from "./jobs/bucket/events.ts";
import { processWindow } from "./jobs/recording/consumer.ts";
import { sweep } from "./jobs/sweep/sweep.ts";
import { takeAll } from "./jobs/sweep/take-all.ts";
import { jobWork } from "./jobs/work/compute.ts";
import { processJob } from "./jobs/work/consumer.ts";
import { buryMessage } from "./jobs/work/dead-letters.ts";

import { readGauges } from "./platform/gauges.ts";
import type { Platform } from "./platform/platform.ts";
import { traceDeliveries } from "./platform/traced.ts";
import { DONE, type Message, type Outcome } from "./queue/messages.ts";
import type { Consumer } from "./queue/sqlite.ts";
import { answerSelfTest } from "./self-test/message.ts";
import { createCost } from "./telemetry/cost.ts";
import { recordCost } from "./telemetry/record.ts";
import { spanning } from "./telemetry/traces/span.ts";
import { deliver } from "./webhooks/deliver.ts";
import { forgetOldDeliveries } from "./webhooks/delivery-log.ts";
import { resendDue } from "./webhooks/resend-due.ts";
import { sealWebhookSecrets } from "./webhooks/secrets.ts";

/** Secrets that are stored as they are, or under a key before the present one. */
const SEALED_PER_SWEEP = 100;

/** The work of one deployment that no request waits for. */
export interface Background extends Consumer {
  /** Takes an event of the watched bucket. */
  takeBucketEvent(event: unknown): Promise<Outcome>;
  /** Brings up what time does; to be called about once a minute. */
  sweep(): Promise<void>;
}

/** Wires the consumers to a platform; they may be called from several processes at once. */
export function createBackground(platform: Platform): Background {
  const work = jobWork(platform);
  const { database, queue, now, secrets, telemetry } = platform;
  const delivering = { ...platform, send: traceDeliveries(platform.send, telemetry) };
  const deliverOne = async (id: string, stopping?: AbortSignal): Promise<void> => {
    const outcome = await deliver(delivering, id, { stopping });
    telemetry.span()?.set({ "undertone.webhook.outcome": outcome ?? "not-due" });
    if (outcome !== null) telemetry.metrics.count("undertone_webhook_attempts_total", { outcome });
  };
  const consume = async (message: Message, stopping?: AbortSignal): Promise<Outcome> => {
    switch (message.kind) {
      case "job":
        return await processJob(platform, work, message.id, stopping);
      case "window":
        return await processWindow(platform, work, message.id, stopping);
      case "batch":
        return await processBatch(platform, message.id);
      case "delivery":
        await deliverOne(message.id, stopping);
        return DONE;
      case "self-test":
        await answerSelfTest(platform.files, message);
        return DONE;
    }
  };
  return {
    async consume(message: Message, stopping?: AbortSignal) {
      const cost = createCost();
      const { kind, id, traceparent } = message;
      const attributes = { "messaging.message.id": id };
      const start = { name: `process ${kind}`, kind: "consumer", attributes } as const;
      const span = telemetry.tracer?.begin(start, traceparent);
      const work = () => telemetry.charge(cost, () => consume(message, stopping), span);
      const outcome = await spanning(span, work);
      recordCost(telemetry.metrics, cost, platform.clockAdvancesDuringComputation);
      return outcome;
    },
    bury: (message) =>
      "kind" in message ? buryMessage(platform, message) : takeBucketEvent(platform, message),
    takeBucketEvent: (event) => takeBucketEvent(platform, event),
    async sweep() {
      await takeAll([
        () => sweep(platform),
        () => resendDue(database, queue, now()),
        () => forgetOldDeliveries(database, now()),
        () => readGauges(platform),
        () => forgetOldEvents(database, now()),
        () => sealWebhookSecrets(database, secrets, SEALED_PER_SWEEP),
        () => sealHooks(database, secrets, SEALED_PER_SWEEP),
      ]);
    },
  };
}
