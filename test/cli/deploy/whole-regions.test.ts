/** All of `npm run deploy -- --regions`, with the regions of ops/regions.json and the real wrangler, on an account that begins empty. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DeployStage, startDeployStage } from "../../support/cli/deploy-script.ts";

/** The default one first. */
const REGIONS = ["us", "eu", "asia"];
/** Each step takes wrangler some seconds to load. */
const PATIENCE_MS = 900_000;

let stage: DeployStage;
beforeAll(async () => {
  stage = await startDeployStage("undertone");
});
afterAll(() => stage?.close());

/** What is in the bucket of packs of a region, in R2's own terms of where it is. */
async function packsOf(region: string) {
  const name = `undertone-${region}-packs`;
  const store = stage.account.buckets.stores.get(region === "eu" ? `eu/${name}` : name);
  const keys = (await store?.list("")) ?? [];
  return Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await store?.get(key)])),
  );
}
const keysInUse = () =>
  stage.account.databases
    .named("undertone")
    .prepare("SELECT id FROM api_keys WHERE revoked_at IS NULL")
    .all();

it(
  "makes each region where the list says, gives all of them the model, and proves that they work",
  async () => {
    const { status, lines, asked, uploaded } = await stage.run("--regions");
    expect(status, lines.join("\n")).toBe(0);
    expect(uploaded).toEqual([...REGIONS.map((name) => `undertone-${name}`), "undertone"]);
    const { account } = stage;
    expect(new Set(account.buckets.stores.keys())).toEqual(
      new Set(
        ["packs", "files", "audio"].flatMap((end) => [
          ...[`undertone-us-${end}`, `undertone-asia-${end}`, `eu/undertone-eu-${end}`],
        ]),
      ),
    );
    const places = account.databases.all().map(({ name, location, jurisdiction }) => {
      return [name, jurisdiction ?? location];
    });
    expect(Object.fromEntries(places)).toEqual({
      "undertone-us": "enam",
      "undertone-eu": "eu",
      "undertone-asia": "apac",
      undertone: "enam",
    });
    const packs = await packsOf("us");
    expect(Object.keys(packs)).toContain("packs/spoken-words-q8/manifest.json");
    for (const region of REGIONS) expect(await packsOf(region)).toEqual(packs);
    expect(keysInUse()).toHaveLength(1);
    const bound = account.workers.uploaded.get("undertone")?.bindings ?? [];
    expect(bound.filter(({ type }) => type !== "plain_text")).toMatchObject(
      ["us", "eu", "asia"].map((name) => ({ type: "service", service: `undertone-${name}` })),
    );
    expect(asked).toEqual(
      expect.arrayContaining(
        REGIONS.flatMap((name) => [
          `POST /v1/features?pool=mean&region=${name}`,
          `GET /readyz?region=${name}`,
        ]),
      ),
    );
    expect(lines).toContain("All is well.");
    for (const name of REGIONS) expect(lines).toContain(`${name}: ready`);
  },
  PATIENCE_MS,
);

it(
  "repeated after a bucket has lost an object, it copies that one and makes nothing",
  async () => {
    const before = keysInUse();
    const packs = await packsOf("us");
    const [lost = ""] = Object.keys(packs);
    await stage.account.buckets.stores.get("eu/undertone-eu-packs")?.delete(lost);
    const { status, lines } = await stage.run("--regions");
    expect(status, lines.join("\n")).toBe(0);
    expect(lines.filter((line) => line.endsWith(": made"))).toEqual([]);
    const count = Object.keys(packs).length;
    const compared = (region: string, copied: number) =>
      `${region}: packs compared with us's: ${copied} objects copied, ${count - copied} there`;
    expect(lines).toContain(compared("eu", 1));
    expect(lines).toContain(compared("asia", 0));
    expect(await packsOf("eu")).toEqual(packs);
    expect(keysInUse()).toEqual(before);
  },
  PATIENCE_MS,
);

it(
  "with --only it leaves the other regions and the Worker in front as they are",
  async () => {
    const { status, lines, uploaded } = await stage.run("--regions", "--only", "asia");
    expect(status, lines.join("\n")).toBe(0);
    expect(uploaded).toEqual(["undertone-asia"]);
    expect(stage.account.changes.filter((change) => !change.includes("undertone-asia"))).toEqual(
      [],
    );
    expect(lines).toContainEqual(expect.stringMatching(/^asia: has this version now/));
    expect(lines).toContainEqual(expect.stringContaining("give --domain"));
  },
  PATIENCE_MS,
);
