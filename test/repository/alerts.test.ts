/** The alert rules of ops/prometheus, tried by Prometheus' own tool on series that are made up. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withTemporaryDirectory } from "../../src/cli/temporary-directory.ts";
import { LACKS_PROMTOOL, promtool, WHY_SKIPPED } from "../support/telemetry/promtool.ts";

const RULES = join(import.meta.dirname, "../../ops/prometheus/alerts.yaml");

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is scraped every 40 s, between the minutes at which rules are evaluated; values in promtool's notation. */
type Scraped = Readonly<Record<string, string>>;

interface Case {
  readonly fires: Scraped;
  readonly quiet: Readonly<Record<string, Scraped>>;
  /** When it has fired. */
  readonly atMinutes: number;
  /** Of what fires, beside those of the rule. */
  readonly labels?: Readonly<Record<string, string>>;
}

const UP = 'up{job="undertone", instance="a:8787"}';
const requests = (status: number, route = "/v1/features") =>
  `undertone_requests_total{route="${route}", method="POST", status="${status}"}`;
const problems = (slug: string) => `undertone_problems_total{slug="${slug}"}`;
const waits = (le: string) => `undertone_stage_duration_seconds_bucket{stage="queue", le="${le}"}`;
const oldest = (status: string) => `undertone_oldest_job_age_seconds{status="${status}"}`;
const ends = (status: string) => `undertone_job_ends_total{status="${status}"}`;
const webhooks = (outcome: string) => `undertone_webhook_attempts_total{outcome="${outcome}"}`;
const DELAY = "nodejs_eventloop_lag_p99_seconds";

const CASES: Readonly<Record<string, Case>> = {
  UndertoneDown: {
    fires: { [UP]: "1x5 0x20" },
    quiet: { "one scrape failed": { [UP]: "1x5 0 1x20" } },
    atMinutes: 8,
    labels: { job: "undertone", instance: "a:8787" },
  },
  UndertoneErrors: {
    fires: { [requests(200)]: "0+90x60", [requests(500)]: "0+10x60" },
    quiet: {
      "three in a hundred": { [requests(200)]: "0+97x60", [requests(500)]: "0+3x60" },
      "no request": { [requests(200)]: "5x60", [requests(500)]: "5x60" },
      "not ready, and only monitored": {
        [requests(503, "/readyz")]: "0+4x60",
        [requests(200, "/metrics")]: "0+4x60",
      },
    },
    atMinutes: 30,
  },
  UndertoneStorageUnavailable: {
    fires: { [problems("storage-unavailable")]: "0x10 1+1x40" },
    quiet: { "one that passes": { [problems("storage-unavailable")]: "0x10 1x40" } },
    atMinutes: 20,
  },
  UndertonePackDamaged: {
    fires: { [problems("pack-damaged")]: "0x10 1x20" },
    quiet: { none: { [problems("pack-damaged")]: "0x40" } },
    atMinutes: 10,
  },
  UndertoneEngineCrashed: {
    fires: { [problems("engine-crashed")]: "0x60 1x5 2x5 3x40" },
    quiet: { two: { [problems("engine-crashed")]: "0x60 1x5 2x40" } },
    atMinutes: 50,
  },
  UndertoneRefusesClips: {
    fires: { [problems("queue-full")]: "0+5x60", [requests(200)]: "0+95x60" },
    quiet: {
      "one in a hundred": { [problems("queue-full")]: "0+1x60", [requests(200)]: "0+99x60" },
    },
    atMinutes: 30,
  },
  UndertoneQueueWait: {
    fires: { [waits("5")]: "0+90x60", [waits("10")]: "0+100x60", [waits("+Inf")]: "0+100x60" },
    quiet: {
      "one in a hundred": {
        [waits("5")]: "0+99x60",
        [waits("10")]: "0+100x60",
        [waits("+Inf")]: "0+100x60",
      },
    },
    atMinutes: 35,
  },
  UndertoneJobsWait: {
    fires: { [oldest("queued")]: "0+40x60" },
    quiet: { "ten minutes": { [oldest("queued")]: "600x60", [oldest("running")]: "5000x60" } },
    atMinutes: 30,
  },
  UndertoneJobsFail: {
    fires: { [ends("failed")]: "0+30x120", [ends("done")]: "0+70x120" },
    quiet: {
      "one in ten": { [ends("failed")]: "0+10x120", [ends("done")]: "0+90x120" },
      "no job": { [ends("failed")]: "0x120", [ends("done")]: "0x120" },
    },
    atMinutes: 70,
  },
  UndertoneWebhooksFail: {
    fires: { [webhooks("http-error")]: "0+60x120", [webhooks("delivered")]: "0+40x120" },
    quiet: {
      "two in five": { [webhooks("timeout")]: "0+40x120", [webhooks("delivered")]: "0+60x120" },
    },
    atMinutes: 70,
  },
  UndertoneEventLoopBlocked: {
    fires: { [DELAY]: "0.3x60" },
    quiet: { "a tenth of a second": { [DELAY]: "0.1x60" } },
    atMinutes: 20,
  },
};

const { groups } = parse(await readFile(RULES, "utf8")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

it("each alert is tried", () => {
  expect(Object.keys(CASES)).toEqual(rules.map(({ alert }) => alert));
});

describe.skipIf(LACKS_PROMTOOL)(`promtool${WHY_SKIPPED}`, () => {
  it("takes the rules", async () => {
    const { status, output } = await promtool(["check", "rules", RULES]);
    expect(status, output).toBe(0);
  });

  it("finds that each alert fires, and only then", async () => {
    const file = { rule_files: [RULES], evaluation_interval: "1m", tests: rules.flatMap(trialsOf) };
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "rules.test.json");
      await writeFile(path, JSON.stringify(file));
      const { status, output } = await promtool(["test", "rules", path]);
      expect(status, output).toBe(0);
    });
  });
});

/** In promtool's form: what fires at its minute, and what is quiet at each of two hours. */
function trialsOf({ alert, labels, annotations }: Rule): readonly object[] {
  const { fires, quiet, atMinutes, labels: more } = CASES[alert] as Case;
  const trial = (
    why: string,
    scraped: Scraped,
    minutes: readonly number[],
    expected: object[],
  ) => ({
    name: `${alert} ${why}`,
    interval: "40s",
    input_series: Object.entries(scraped).map(([series, values]) => ({ series, values })),
    alert_rule_test: minutes.map((minute) => ({
      eval_time: `${minute}m`,
      alertname: alert,
      exp_alerts: expected,
    })),
  });
  const fired = { exp_labels: { ...labels, ...more }, exp_annotations: annotations };
  const always = Array.from({ length: 120 }, (_, minute) => minute);
  return [
    trial("fires", fires, [atMinutes], [fired]),
    ...Object.entries(quiet).map(([name, scraped]) =>
      trial(`is quiet: ${name}`, scraped, always, []),
    ),
  ];
}
