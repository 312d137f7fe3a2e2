import { describe, expect, it } from "vitest";
import { SIGNATURE } from "../../support/cli/hub-server.ts";
import { cdnRanges, fetchTiny, settingsFor, startTinyHub } from "../../support/cli/tiny-hub.ts";

describe("the token", () => {
  const token = "hf_secret";

  it("goes to the hub, and not to where it redirects", async () => {
    const hub = await startTinyHub({ token });
    await fetchTiny(await settingsFor(hub.endpoint, { token }));
    const sentTo = (host: string) =>
      hub.requests.filter((request) => request.host === host && request.authorization !== null);
    expect(sentTo("hub")).toHaveLength(hub.requests.filter(({ host }) => host === "hub").length);
    expect(sentTo("cdn")).toEqual([]);
    expect(cdnRanges(hub)).toHaveLength(1);
  });

  it("is not in what is said of a failure, nor is the CDN's signature", async () => {
    const hub = await startTinyHub({ token });
    const settings = await settingsFor(hub.endpoint, { token, attempts: 1 });
    hub.faults.cuts = [0.5];
    const error = await fetchTiny(settings).catch((error) => error);
    expect(error).toMatchObject({ slug: "hub-unavailable" });
    const said = JSON.stringify([error.message, error.extensions, String(error.cause)]);
    expect(said).not.toContain(token);
    expect(said).not.toContain(SIGNATURE);
  });
});
