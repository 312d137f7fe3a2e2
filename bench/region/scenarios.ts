/** The deployments and the day that docs/capacity.md compares, of base-plus in q8. */
import type { Traffic } from "./arrivals.ts";
import type { Costs, Deployment, Reading } from "./deployment.ts";
import { type Prices, SERVER_PRICES, WORKER_PRICES } from "./money.ts";

/** Decoding is a hundredth of a clip's time in base-plus, and is counted as computing. */
const prepareSeconds = () => 0;
/** Measured by `npm run bench` on the machine of docs/performance.md: seconds of a second of sound, warm, in workerd. */
const COMPUTE_SECONDS_PER_SECOND = 0.79 / 5;
/** The same in Node. */
const NODE_SECONDS_PER_SECOND = 0.56 / 5;
/** Of a fresh isolate over a warm one, its weights in the edge cache (`npm run bench`). */
const START_SECONDS = 1.04 - 0.84;
/** Weights of the pack, and what one Worker alone reads again for a warm clip of 5 s (`npm run bench`). */
const PACK_BYTES = 97e6;
const WARM_BYTES = 43.1e6;
/** Segments of the pack, and those of them that are read again. */
const PACK_READS = 14;
const WARM_READS = 9;

/** 100 MB/s after 20 ms is what the bench's edge store gives; the rest is assumed. */
const READING: Reading = {
  cacheBytesPerSecond: 100e6,
  bucketBytesPerSecond: 40e6,
  requestSeconds: 0.02,
  cacheKeepSeconds: 3600,
};

/** A day of clips of three parts of the world; clip lengths, bursts and swing are assumed. */
export const DAY: Omit<Traffic, "clipsPerSecond"> = {
  seconds: 86_400,
  lengths: [
    { value: 3, weight: 0.5 },
    { value: 5, weight: 0.35 },
    { value: 15, weight: 0.15 },
  ],
  regions: [
    { share: 0.4, dayOffsetHours: 0 },
    { share: 0.4, dayOffsetHours: 7 },
    { share: 0.2, dayOffsetHours: 14 },
  ],
  daySwing: 0.7,
  bursts: { perHour: 1, seconds: 120, times: 3 },
  keys: 100,
  jobShare: 0.1,
};

/** A deployment with its prices. */
export interface Scenario {
  readonly deployment: Deployment;
  readonly prices: Prices;
  readonly machines: number;
}

const NEAR_SECONDS = 0.03;
const FAR_SECONDS = 0.2;

const WORKER_COSTS: Costs = {
  prepareSeconds,
  computeSeconds: ({ clipSeconds }) => clipSeconds * COMPUTE_SECONDS_PER_SECOND,
  startSeconds: START_SECONDS,
  coldBytes: PACK_BYTES,
  warmBytes: WARM_BYTES,
  coldReads: PACK_READS,
  warmReads: WARM_READS,
};

/** One Worker, whose isolates are spread over what Cloudflare gives it. */
export const ONE_WORKER: Deployment = {
  name: "one Worker",
  costs: WORKER_COSTS,
  reading: READING,
  placeOfRegion: [0, 0, 0],
  roundTripSeconds: [NEAR_SECONDS, FAR_SECONDS, FAR_SECONDS],
  isolatesPerPlace: 6,
  consumersPerPlace: 2,
  stages: 1,
  hopSeconds: 0,
  threads: 1,
  maxWaiting: 8,
  idleSeconds: 300,
  patienceSeconds: 60,
  isOverlapped: true,
  isWarmedUp: false,
};

/** The same over two stages, which hold all weights. */
const TWO_STAGES: Deployment = {
  ...ONE_WORKER,
  name: "two stages",
  costs: { ...WORKER_COSTS, warmBytes: 0, warmReads: 0 },
  stages: 2,
  hopSeconds: 0.01,
};

/** A region in each part of the world, which have as many isolates together as one Worker. */
const THREE_REGIONS: Deployment = {
  ...ONE_WORKER,
  name: "three regions",
  placeOfRegion: [0, 1, 2],
  roundTripSeconds: [NEAR_SECONDS, NEAR_SECONDS, NEAR_SECONDS],
  isolatesPerPlace: 2,
  consumersPerPlace: 1,
};

/** A server of two threads, always warm. */
const NODE_SERVER: Deployment = {
  ...ONE_WORKER,
  name: "Node server, 2 threads",
  costs: {
    prepareSeconds,
    computeSeconds: ({ clipSeconds }) => clipSeconds * NODE_SECONDS_PER_SECOND,
    startSeconds: 0,
    coldBytes: 0,
    warmBytes: 0,
    coldReads: 0,
    warmReads: 0,
  },
  isolatesPerPlace: 1,
  consumersPerPlace: 0,
  threads: 2,
  idleSeconds: Number.POSITIVE_INFINITY,
  isWarmedUp: true,
};

/** What is compared, in the order of tables and legends. */
export const SCENARIOS: readonly Scenario[] = [
  { deployment: ONE_WORKER, prices: WORKER_PRICES, machines: 1 },
  { deployment: TWO_STAGES, prices: WORKER_PRICES, machines: 1 },
  { deployment: THREE_REGIONS, prices: WORKER_PRICES, machines: 1 },
  { deployment: NODE_SERVER, prices: SERVER_PRICES, machines: 1 },
];

/** Ways to keep isolates warm, each against one Worker in a region with little traffic. */
export const WARMTHS: readonly Deployment[] = [
  { ...ONE_WORKER, name: "as it is" },
  { ...ONE_WORKER, name: "weights read before computing", isOverlapped: false },
  { ...ONE_WORKER, name: "a warm-up request after the deployment", isWarmedUp: true },
  { ...ONE_WORKER, name: "2 isolates instead of 6", isolatesPerPlace: 2 },
  { ...ONE_WORKER, name: "1 isolate instead of 6", isolatesPerPlace: 1 },
];
