import { describe, expect, it } from "vitest";
import { UndertoneError } from "../../src/errors.ts";
import { readSettings } from "../../src/platform/settings.ts";

describe("readSettings", () => {
  it.each([{}, { MAX_CLIP_BYTES: "", MAX_CLIP_SECONDS: " ", DEFAULT_MODEL: "" }, { OTHER: "1" }])(
    "has a default for what %j leaves out",
    (variables) => {
      expect(readSettings(variables)).toEqual({
        maxClipBytes: 33_554_432,
        maxHeldBodyBytes: 40 * 2 ** 20,
        maxUnauthenticatedBodyBytes: 16 * 2 ** 20,
        minBodyBytesPerSecond: 50,
        bodyRateSeconds: 30,
        maxClipSeconds: 30,
        maxJobBytes: 2_000_000_000,
        maxJobSeconds: 14_400,
        maxDecodedSeconds: 300,
        defaultModel: "",
        memoryBudgetBytes: 84e6,
        maxQueue: 8,
        maxSpeakers: 1000,
        windowSeconds: 30,
        resultTtlMs: 86_400_000,
        jobLeaseMs: 120_000,
        jobRetrySeconds: 5,
        jobStallMs: 60_000,
        skipWarmUp: false,
        rememberMs: 30_000,
        secretKeys: [],
        region: "",
        regionOfLinks: "",
        publicOrigin: "",
        corsOrigins: [],
        allowPrivateUrls: false,
        bucketInPrefix: "in/",
        bucketOutPrefix: "out/",
        bucketOptions: { pool: "mean" },
        bucketCompareWith: null,
        backend: null,
        traces: null,
      });
    },
  );

  it("takes text, as variables come, and numbers, as wrangler.toml may give them", () => {
    const settings = {
      maxClipBytes: 1000,
      maxHeldBodyBytes: 1_000_000,
      maxUnauthenticatedBodyBytes: 500_000,
      minBodyBytesPerSecond: 0,
      bodyRateSeconds: 10,
      maxClipSeconds: 2.5,
      maxJobBytes: 5000,
      maxJobSeconds: 600,
      maxDecodedSeconds: 90,
      defaultModel: "tiny-q8",
      memoryBudgetBytes: 64e6,
      maxQueue: 3,
      maxSpeakers: 1000,
      windowSeconds: 10,
      resultTtlMs: 3_600_000,
      jobLeaseMs: 60_000,
      jobRetrySeconds: 1,
      jobStallMs: 7000,
      skipWarmUp: true,
      rememberMs: 0,
      secretKeys: [btoa("k".repeat(32)), btoa("b".repeat(32))],
      region: "eu-west",
      regionOfLinks: "eu-west",
      publicOrigin: "https://undertone.example.com",
      corsOrigins: ["https://app.example.com", "http://localhost:3000"],
      allowPrivateUrls: true,
      bucketInPrefix: "calls/",
      bucketOutPrefix: "features/",
      bucketOptions: { layers: "6", format: "npy" },
      bucketCompareWith: null,
      backend: "webgpu",
      traces: {
        url: "https://otlp.example.com/tenant/v1/traces",
        headers: { authorization: "Bearer a,b", "x-team": "speech" },
        ratio: 0.25,
      },
    };
    const text = {
      MAX_CLIP_BYTES: " 1000 ",
      MAX_HELD_BODY_BYTES: "1000000",
      MAX_UNAUTHENTICATED_BODY_BYTES: "500000",
      MIN_BODY_BYTES_PER_SECOND: "0",
      BODY_RATE_SECONDS: "10",
      MAX_CLIP_SECONDS: "2.5",
      MAX_JOB_SECONDS: "600",
      MAX_JOB_BYTES: "5000",
      MAX_DECODED_SECONDS: "90",
      DEFAULT_MODEL: "tiny-q8",
      MEMORY_BUDGET_MB: "64",
      MAX_QUEUE: "3",
      WINDOW_SECONDS: "10",
      RESULT_TTL: "3600",
      JOB_LEASE_SECONDS: "60",
      JOB_RETRY_SECONDS: "1",
      JOB_STALL_SECONDS: "7",
      REMEMBER_SECONDS: "0",
      SKIP_WARM_UP: "1",
      SECRETS_KEY: btoa("k".repeat(32)),
      SECRETS_KEY_BEFORE: btoa("b".repeat(32)),
      REGION: "eu-west",
      REGION_IN_LINKS: "1",
      PUBLIC_ORIGIN: "https://undertone.example.com",
      CORS_ORIGINS: "https://app.example.com, http://localhost:3000",
      ALLOW_PRIVATE_URLS: "1",
      BUCKET_IN_PREFIX: "calls/",
      BUCKET_OUT_PREFIX: "features/",
      BUCKET_OPTIONS: "layers=6&format=npy",
      UNDERTONE_BACKEND: "webgpu",
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://otlp.example.com/tenant/",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20a%2Cb, x-team = speech,",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
    };
    expect(readSettings(text)).toEqual(settings);
    expect(readSettings({ ...text, MAX_CLIP_BYTES: 1000, MAX_CLIP_SECONDS: 2.5 })).toEqual(
      settings,
    );
  });

  it("holds the largest body in any case", () => {
    const large = readSettings({ MAX_CLIP_BYTES: "100000000" });
    expect(large.maxHeldBodyBytes).toBe(100_065_536);
    const names = ["MAX_HELD_BODY_BYTES", "MAX_UNAUTHENTICATED_BODY_BYTES"];
    for (const name of names) {
      expect(() => readSettings({ MAX_CLIP_BYTES: "1000", [name]: "66535" })).toThrow(
        `${name} must be a whole number of bytes, at least 66536`,
      );
      expect(() => readSettings({ MAX_CLIP_BYTES: "1000", [name]: "66536" })).not.toThrow();
    }
  });

  it("takes options of any task for the bucket, and what objects are compared with", () => {
    const pairs = {
      BUCKET_OPTIONS: "task=comparison&channel=0",
      BUCKET_COMPARE_WITH: "voices/a.wav",
    };
    expect(readSettings(pairs)).toMatchObject({
      bucketOptions: { task: "comparison", channel: "0" },
      bucketCompareWith: "voices/a.wav",
    });
  });

  it.each([
    [{ BUCKET_OPTIONS: "task=translation" }, /^BUCKET_OPTIONS: .*transcription/],
    [{ BUCKET_OPTIONS: "task=transcription&pool=mean" }, /^BUCKET_OPTIONS: .*`pool`/],
    [{ BUCKET_OPTIONS: "pool=soup" }, /^BUCKET_OPTIONS: .*`pool`/],
    [{ BUCKET_OPTIONS: "task=comparison" }, /BUCKET_COMPARE_WITH must be the key/],
    [{ BUCKET_COMPARE_WITH: "a.wav" }, /BUCKET_COMPARE_WITH must be empty/],
  ])("refuses %j", (variables, message) => {
    expect(() => readSettings(variables)).toThrow(message);
  });

  it("lets jobs have clips that requests may have", () => {
    const { maxJobSeconds } = readSettings({ MAX_CLIP_SECONDS: "900", MAX_JOB_SECONDS: "60" });
    expect(maxJobSeconds).toBe(900);
  });

  it("takes a queue without places, where no clip may wait", () => {
    expect(readSettings({ MAX_QUEUE: "0" }).maxQueue).toBe(0);
    expect(readSettings({ MAX_QUEUE: 0 }).maxQueue).toBe(0);
  });

  it("allows URLs of private hosts only where that was switched on", () => {
    const allowed = [undefined, "", "0", "1", 1].map(
      (value) => readSettings({ ALLOW_PRIVATE_URLS: value }).allowPrivateUrls,
    );
    expect(allowed).toEqual([false, false, false, true, true]);
  });

  it("refuses headers and addresses that may hold a secret without repeating it", () => {
    const wrong = {
      OTEL_EXPORTER_OTLP_HEADERS: ["secret", "=secret", "a b=secret", "a=secret%", "a=secret%0Ab"],
      OTEL_EXPORTER_OTLP_ENDPOINT: ["https://user:secret@otlp.example.com"],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const reading = () => readSettings({ [name]: value });
        expect(reading, value).toThrow(name);
        expect(reading, value).not.toThrow("secret");
      }
    }
  });

  it.each([
    ["ALLOW_PRIVATE_URLS", "true"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "otlp.example.com:4318"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://otlp.example.com"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "https://otlp.example.com/?token=1"],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5"],
    ["OTEL_TRACES_SAMPLER_ARG", "some"],
    ["UNDERTONE_BACKEND", "tpu"],
    ["MAX_CLIP_BYTES", "32 MiB"],
    ["MAX_CLIP_BYTES", "0"],
    ["MAX_CLIP_BYTES", "1.5"],
    ["MAX_CLIP_BYTES", "-1"],
    ["MAX_CLIP_BYTES", "0x10"],
    ["MAX_CLIP_BYTES", "99999999999999999999"],
    ["MAX_CLIP_BYTES", true],
    ["MAX_CLIP_SECONDS", "forever"],
    ["MAX_CLIP_SECONDS", "NaN"],
    ["MAX_CLIP_SECONDS", "Infinity"],
    ["MAX_CLIP_SECONDS", "0"],
    ["MAX_DECODED_SECONDS", "0"],
    ["MAX_DECODED_SECONDS", "5 min"],
    ["MAX_CLIP_SECONDS", "1e3"],
    ["MEMORY_BUDGET_MB", "lots"],
    ["MAX_QUEUE", "-1"],
    ["MAX_QUEUE", "0.5"],
    ["MEMORY_BUDGET_MB", "0"],
    ["WINDOW_SECONDS", "0"],
    ["RESULT_TTL", "0"],
    ["RESULT_TTL", "1 day"],
    ["JOB_LEASE_SECONDS", "0"],
    ["JOB_RETRY_SECONDS", "-1"],
    ["JOB_STALL_SECONDS", "0"],
    ["REGION", "EU West"],
    ["PUBLIC_ORIGIN", "undertone.example.com"],
    ["PUBLIC_ORIGIN", "https://undertone.example.com/v1"],
    ["CORS_ORIGINS", "https://app.example.com/"],
    ["CORS_ORIGINS", "https://app.example.com, app.example.com"],
    ["ALLOW_PRIVATE_URLS", "yes"],
    ["BUCKET_OUT_PREFIX", "in/out/"],
    ["DEFAULT_MODEL", "Base Plus"],
    ["DEFAULT_MODEL", "../packs"],
    ["DEFAULT_MODEL", 7.5e30],
  ])("refuses %s = %j by name", (name, value) => {
    const reading = () => readSettings({ [name]: value });
    expect(reading).toThrow(UndertoneError);
    expect(reading).toThrow(name);
  });
});
