import { describe, expect, it } from "vitest";
import type { JobService } from "../../support/jobs/job-service.ts";
import { LONG_CLIP, startRecordings, WINDOWS } from "../../support/jobs/recordings.ts";

describe("the events of a job", () => {
  /** The names and data of all events. */
  const eventsOf = async (service: JobService, id: string) => {
    const text = await (await service.app.request(`/v1/jobs/${id}/events`)).text();
    return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name, data]) => ({
      name,
      job: JSON.parse(data as string),
    }));
  };

  it("are its changes, and end with its end, also after the fact", async () => {
    const service = await startRecordings();
    const id = await service.submit(LONG_CLIP, "?pool=mean");
    await service.consumeOne();
    await service.consumeOne();
    const watching = eventsOf(service, id);
    await service.drain();
    const events = await watching;
    expect(events[0]).toMatchObject({ name: "progress", job: { status: "running" } });
    expect(events.at(-1)).toMatchObject({
      name: "done",
      job: { progress: { windows_done: WINDOWS, seconds_done: 40, seconds_total: 40 } },
    });
    expect((await eventsOf(service, id)).map(({ name }) => name)).toEqual(["done"]);
    expect((await service.app.request("/v1/jobs/job_0/events")).status).toBe(404);
  });

  it("end at once for who stops reading them", async () => {
    const service = await startRecordings();
    const id = await service.submit(LONG_CLIP);
    const reader = (await service.app.request(`/v1/jobs/${id}/events`)).body?.getReader();
    const decoder = new TextDecoder();
    const read = async () => decoder.decode((await reader?.read())?.value);
    expect(await read()).toMatch(/^retry: /);
    expect(await read()).toMatch(/^event: progress\n/);
    // Now it waits for a change, which does not come.
    await reader?.cancel();
    expect((await reader?.read())?.done).toBe(true);
  });

  it("are bounded for each caller, until streams end", async () => {
    const service = await startRecordings();
    const id = await service.submit(LONG_CLIP);
    const open = async () => await service.app.request(`/v1/jobs/${id}/events`);
    const streams = await Promise.all(Array.from({ length: 100 }, open));
    expect(streams.map(({ status }) => status)).toEqual(Array(100).fill(200));
    const refused = await open();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("10");
    expect(await refused.json()).toMatchObject({
      type: "/problems/caller-streams-full",
      max_streams: 100,
    });
    await streams[0]?.body?.cancel();
    const next = await open();
    expect(next.status).toBe(200);
    for (const { body } of [...streams.slice(1), next]) await body?.cancel();
  });
});
