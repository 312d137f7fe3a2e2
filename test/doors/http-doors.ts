/** The doors of a service over HTTP, whichever runtime it runs on. */
import { setTimeout as delay } from "node:timers/promises";
import { startHttpServer } from "../support/jobs/http-server.ts";
import { type Door, type DoorClip, type Outcome, oneByOne } from "./door.ts";
import { ANSWER_OPTIONS, answered, type JsonProblem, refused } from "./json-answer.ts";

/** A service that listens, with the pack of test/doors/pack.ts under each of `PACK_IDS`. */
export interface Service {
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Hours of silence are longer than a job takes here, too: nobody waits for their computation. */
export const DOOR_LIMITS = { MAX_JOB_SECONDS: "3600" };

/** Results of jobs are kept by clip and pack: each door has a pack of its own, so that each computes. */
export const PACK_IDS = ["by-request", "by-upload", "by-url"] as const;
type PackId = (typeof PACK_IDS)[number];

/** Requests leave no result behind. */
const POST = { method: "POST", headers: { "Cache-Control": "no-store" } };

/** Makes a door of a service. */
export type HttpDoor = (service: Service, close: () => Promise<void>) => Door | Promise<Door>;

const JOB_POLL_MS = 100;

/** POST /v1/features with the clip as the body. */
export const bodyDoor: HttpDoor = (service, close) =>
  oneByOne(async (clip) => {
    const body = await clip.bytes();
    return outcomeOf(await service.fetch(pathOf("features", "by-request"), { ...POST, body }));
  }, close);

/** POST /v1/jobs with the clip as the body. */
export const uploadedJobDoor: HttpDoor = (service, close) => ({
  sendAll: (clips) =>
    computeJobs(service, clips, async (clip) => {
      const body = await clip.bytes();
      return service.fetch(pathOf("jobs", "by-upload"), { method: "POST", body });
    }),
  close,
});

/** POST /v1/jobs with the URL of the clip, which a server on loopback has. */
export const fetchedJobDoor: HttpDoor = async (service, close) => {
  let served: readonly DoorClip[] = [];
  const server = await startHttpServer(async ({ path }, response) => {
    const clip = served[Number(path.slice(1))];
    response.end(await clip?.bytes());
  });
  return {
    sendAll(clips) {
      served = clips;
      return computeJobs(service, clips, (_, index) => {
        const body = JSON.stringify({ audio: { url: `${server.url}/${index}` } });
        const headers = { "Content-Type": "application/json" };
        return service.fetch(pathOf("jobs", "by-url"), { method: "POST", headers, body });
      });
    },
    async close() {
      await server.close();
      await close();
    },
  };
};

function pathOf(resource: "features" | "jobs", model: PackId): string {
  return `/v1/${resource}?${new URLSearchParams({ ...ANSWER_OPTIONS, model })}`;
}

async function outcomeOf(response: Response): Promise<Outcome> {
  const body = await response.json();
  return response.ok ? answered(body) : refused(body);
}

/** Submits all jobs, one after the other, and then waits for them in the same order. */
async function computeJobs(
  service: Service,
  clips: readonly DoorClip[],
  submit: (clip: DoorClip, index: number) => Promise<Response>,
): Promise<Outcome[]> {
  const jobs: (Outcome | string)[] = [];
  for (const [index, clip] of clips.entries()) {
    const response = await submit(clip, index);
    const job = await response.json();
    jobs.push(response.status === 202 ? job.id : refused(job));
  }
  const outcomes: Outcome[] = [];
  for (const job of jobs) {
    outcomes.push(typeof job === "string" ? await finished(service, job) : job);
  }
  return outcomes;
}

async function finished(service: Service, id: string): Promise<Outcome> {
  for (;;) {
    const job = await (await service.fetch(`/v1/jobs/${id}`)).json();
    if (job.status === "failed") return refused(job.problem as JsonProblem);
    if (job.status === "done") return outcomeOf(await service.fetch(`/v1/jobs/${id}/result`));
    await delay(JOB_POLL_MS);
  }
}
