/** Workers Analytics Engine: the binding that points are written by, and the API that they are read by. */
import type { AnalyticsDataset } from "../../telemetry/analytics-engine.ts";
import type { AnalyticsReader } from "../../telemetry/regions/analytics.ts";
import { malformed, readText } from "../variables.ts";
import type { CloudflareBindings } from "./bindings.ts";

const API = "https://api.cloudflare.com/client/v4/accounts";

/** The dataset behind the binding METRICS; `null` without one, and then nothing is measured for anybody. */
export function datasetOf({ METRICS }: CloudflareBindings): AnalyticsDataset | null {
  const dataset = METRICS as Partial<AnalyticsDataset> | undefined;
  return typeof dataset?.writeDataPoint === "function" ? (dataset as AnalyticsDataset) : null;
}

/**
 * How points are read; `null` without an account or a token.
 * @throws UndertoneError `internal` naming a malformed variable
 */
export function readAnalytics(bindings: CloudflareBindings): AnalyticsReader | null {
  const account = readText(bindings, "ANALYTICS_ACCOUNT_ID");
  const dataset = readText(bindings, "ANALYTICS_DATASET") || "undertone_metrics";
  const token = readText(bindings, "ANALYTICS_TOKEN");
  if (!/^([0-9a-f]{32})?$/.test(account)) {
    throw malformed("ANALYTICS_ACCOUNT_ID", "the 32 hexadecimal digits of an account", account);
  }
  if (!/^\w+$/.test(dataset)) {
    throw malformed("ANALYTICS_DATASET", "the name of a dataset of wrangler.toml", dataset);
  }
  if (account === "" || token === "") return null;
  return { url: `${API}/${account}/analytics_engine/sql`, token, dataset };
}
