import { describe, expect, it } from "vitest";
import { UndertoneError } from "../../../src/errors.ts";
import { readNodeSettings, shareCores } from "../../../src/platform/node/settings.ts";
import { readSettings } from "../../../src/platform/settings.ts";

describe("readNodeSettings", () => {
  it.each([{}, { HOST: " ", PORT: "", PACKS: "", UNDERTONE_WORKERS: "", MEMORY_BUDGET_MB: "" }])(
    "has a default for what %j leaves out",
    (variables) => {
      expect(readNodeSettings(variables)).toEqual({
        ...readSettings({}),
        memoryBudgetBytes: 2000e6,
        maxHeldBodyBytes: 256 * 2 ** 20,
        maxUnauthenticatedBodyBytes: 64 * 2 ** 20,
        metricsOpen: false,
        maxConnections: 1024,
        clientAddressHeader: "",
        host: "127.0.0.1",
        port: 8787,
        packsDirectory: "packs/installed",
        dataDirectory: "data",
        isOpen: false,
        apiKey: null,
        model: null,
        workers: 1,
        drainMs: 25_000,
      });
    },
  );

  it.each(["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "localhost"])(
    "may be open on %s",
    (HOST) => {
      expect(readNodeSettings({ HOST, UNDERTONE_OPEN: "1" }).isOpen).toBe(true);
      expect(readNodeSettings({ HOST, UNDERTONE_OPEN: "0" }).isOpen).toBe(false);
    },
  );

  it.each(["0.0.0.0", "::", "192.168.0.7", "127.evil.example", "localhost:80"])(
    "must not be open on %s, which others reach",
    (HOST) => {
      expect(() => readNodeSettings({ HOST, UNDERTONE_OPEN: "1" })).toThrow("UNDERTONE_OPEN");
    },
  );

  it("is open on any address to those who name the risk", () => {
    const open = { HOST: "0.0.0.0", UNDERTONE_OPEN: "to-whoever-reaches-the-port" };
    expect(readNodeSettings(open).isOpen).toBe(true);
  });

  it("never repeats a key that is malformed", () => {
    const read = () => readNodeSettings({ API_KEY: "hunter2" });
    expect(read).toThrow("API_KEY");
    expect(read).not.toThrow("hunter2");
  });

  it.each([
    ["microsoft/wavlm-base-plus", "wavlm-base-plus-q8"],
    ["Owner/Model-X@main", "model-x-q8"],
    ["synthetic:base", "synthetic-base-q8"],
    ["/models/mine", "mine-q8"],
  ])("makes the pack of MODEL_ID %s the default: %s", (MODEL_ID, packId) => {
    const { model, defaultModel } = readNodeSettings({ MODEL_ID });
    expect(model).toEqual({ source: MODEL_ID, packId });
    expect(defaultModel).toBe(packId);
    expect(readNodeSettings({ MODEL_ID, DEFAULT_MODEL: "other" }).defaultModel).toBe("other");
  });

  it("takes its own variables and those of every runtime", () => {
    const settings = readNodeSettings({
      HOST: "0.0.0.0",
      PORT: "0",
      PACKS: "/srv/packs",
      DATA: "/srv/data",
      UNDERTONE_WORKERS: "2",
      DRAIN_SECONDS: "3",
      MEMORY_BUDGET_MB: "300",
      MAX_QUEUE: "3",
    });
    expect(settings).toMatchObject({ host: "0.0.0.0", port: 0, packsDirectory: "/srv/packs" });
    expect(settings.dataDirectory).toBe("/srv/data");
    expect(settings).toMatchObject({
      workers: 2,
      drainMs: 3000,
      memoryBudgetBytes: 300e6,
      maxQueue: 3,
    });
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "http"],
    ["UNDERTONE_WORKERS", "0"],
    ["MAX_CONNECTIONS", "0"],
    ["CLIENT_ADDRESS_HEADER", "X Forwarded For"],
    ["DRAIN_SECONDS", "0"],
    ["UNDERTONE_WORKERS", "1.5"],
    ["MAX_QUEUE", "-1"],
    ["UNDERTONE_OPEN", "yes"],
    ["MODEL_ID", "owner/"],
    ["MODEL_ID", "a model"],
  ])("names %s if it is %j", (name, value) => {
    const read = () => readNodeSettings({ [name]: value });
    expect(read).toThrow(UndertoneError);
    expect(read).toThrow(name);
  });
});

describe("shareCores", () => {
  it.each([
    [1, 1, { engines: 1, threads: 1 }],
    [1, 4, { engines: 1, threads: 1 }],
    [4, 1, { engines: 1, threads: 4 }],
    [4, 2, { engines: 2, threads: 2 }],
    [8, 3, { engines: 3, threads: 2 }],
    [2, 8, { engines: 2, threads: 1 }],
  ])("gives of %i cores to %i workers no more than there are", (cores, workers, expected) => {
    expect(shareCores(cores, workers)).toEqual(expected);
  });
});
