import { describe, expect, it } from "vitest";
import { readHubSettings } from "../../../src/cli/hub/settings.ts";

const HOME = "/home/someone";

describe("readHubSettings", () => {
  it("is about the public hub, without a token, and the cache that its tools use", () => {
    expect(readHubSettings({ HOME })).toMatchObject({
      endpoint: "https://huggingface.co",
      token: null,
      cacheDirectory: "/home/someone/.cache/huggingface/hub",
      isOffline: false,
      answerTimeoutMs: 10_000,
      stallTimeoutMs: 10_000,
    });
  });

  it.each([
    [{ HF_HUB_CACHE: "/a", HF_HOME: "/b" }, "/a"],
    [{ HF_HOME: "/b", XDG_CACHE_HOME: "/c" }, "/b/hub"],
    [{ XDG_CACHE_HOME: "/c" }, "/c/huggingface/hub"],
    [{ HF_HOME: "~/models" }, "/home/someone/models/hub"],
    [{ HF_HUB_CACHE: "", HF_HOME: "" }, "/home/someone/.cache/huggingface/hub"],
  ])("with %j finds the cache in %s", (env, cacheDirectory) => {
    expect(readHubSettings({ HOME, ...env }).cacheDirectory).toBe(cacheDirectory);
  });

  it("takes another hub, with a path of its own", () => {
    const { endpoint } = readHubSettings({ HOME, HF_ENDPOINT: "http://localhost:8080/hub/" });
    expect(endpoint).toBe("http://localhost:8080/hub");
  });

  it.each(["1", "ON", "yes", "True"])("is offline with HF_HUB_OFFLINE=%s", (HF_HUB_OFFLINE) => {
    expect(readHubSettings({ HOME, HF_HUB_OFFLINE }).isOffline).toBe(true);
  });

  it.each(["0", "", "no"])("is not with HF_HUB_OFFLINE=%j", (HF_HUB_OFFLINE) => {
    expect(readHubSettings({ HOME, HF_HUB_OFFLINE }).isOffline).toBe(false);
  });

  it("takes the token without the line end that files have", () => {
    expect(readHubSettings({ HOME, HF_TOKEN: "hf_abc\n" }).token).toBe("hf_abc");
    expect(readHubSettings({ HOME, HF_TOKEN: " " }).token).toBeNull();
  });

  it("takes timeouts in seconds", () => {
    const env = { HF_HUB_ETAG_TIMEOUT: "2.5", HF_HUB_DOWNLOAD_TIMEOUT: "60" };
    expect(readHubSettings({ HOME, ...env })).toMatchObject({
      answerTimeoutMs: 2500,
      stallTimeoutMs: 60_000,
    });
  });

  it.each([
    ["HF_ENDPOINT", "huggingface.co"],
    ["HF_ENDPOINT", "ftp://hub.example"],
    ["HF_ENDPOINT", "https://user:password@hub.example"],
    ["HF_ENDPOINT", "https://hub.example?x=1"],
    ["HF_TOKEN", "secret\nInjected: header"],
    ["HF_HUB_ETAG_TIMEOUT", "soon"],
    ["HF_HUB_DOWNLOAD_TIMEOUT", "-1"],
  ])("refuses %s=%j without repeating it", (name, value) => {
    expect(() => readHubSettings({ HOME, [name]: value })).toThrow(
      expect.objectContaining({
        slug: "invalid-option",
        extensions: { option: name },
        message: expect.not.stringContaining(value),
      }),
    );
  });
});
