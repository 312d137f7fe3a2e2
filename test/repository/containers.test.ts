/** The configurations of containers, which name what the server and its image have. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import { parse, parseAllDocuments } from "yaml";
import { readNodeSettings } from "../../src/platform/node/settings.ts";
import { startService } from "../support/http/service.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

const image = read("ops/Dockerfile");
const port = Number(/^EXPOSE (\d+)$/m.exec(image)?.[1]);
const drainSeconds = readNodeSettings({}).drainMs / 1000;

/** True for a variable of the server: docs/deploying.md has all of them. */
const isSetting = (name: string) => read("docs/deploying.md").includes(`\`${name}`);

test("Kubernetes asks the addresses of the server, and ends it after its drain", async () => {
  const documents = parseAllDocuments(read("ops/kubernetes/undertone.yaml")).map((one) =>
    one.toJS(),
  );
  const [volume, deployment, service] = documents;
  const { spec } = deployment.spec.template;
  const [container] = spec.containers;
  const { app } = startService();
  for (const [probe, path] of [
    ["livenessProbe", "/healthz"],
    ["readinessProbe", "/readyz"],
  ] as const) {
    expect(container[probe].httpGet).toEqual({ path, port: "http" });
    expect((await app.request(path)).status).not.toBe(404);
  }
  expect(container.ports).toEqual([{ name: "http", containerPort: port }]);
  expect(service.spec.ports[0].targetPort).toBe("http");
  expect(service.spec.selector).toEqual(deployment.spec.template.metadata.labels);
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainSeconds + 5);
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  for (const { name } of container.env) expect(isSetting(name), name).toBe(true);
  const [{ mountPath }] = container.volumeMounts;
  expect(image).toContain(`VOLUME ${mountPath}\n`);
  expect(spec.volumes[0].persistentVolumeClaim.claimName).toBe(volume.metadata.name);
});

test("compose mounts files that are there, publishes on loopback alone, and ends the server after its drain", () => {
  const { services } = parse(read("ops/compose.yml"));
  for (const [name, { volumes = [], ports = [] }] of Object.entries<Record<string, string[]>>(
    services,
  )) {
    for (const [from = ""] of volumes.map((volume) => volume.split(":"))) {
      if (from.startsWith(".")) expect(existsSync(join(REPOSITORY, "ops", from)), from).toBe(true);
    }
    for (const published of ports) expect(published, name).toMatch(/^127\.0\.0\.1:/);
  }
  const { undertone } = services;
  expect(undertone.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  expect(Number.parseInt(undertone.stop_grace_period, 10)).toBeGreaterThanOrEqual(drainSeconds + 5);
  for (const name of Object.keys(undertone.environment)) expect(isSetting(name), name).toBe(true);
});

test("wrangler accepts the configuration of Cloudflare Containers, whose Worker asks the server's port", async () => {
  const [, section = ""] = read("docs/deploying.md").split("**Cloudflare Containers**");
  const blockOf = (language: string) =>
    new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(section)?.[1] ?? "";
  const directory = await mkdtemp(join(tmpdir(), "undertone-containers-"));
  const config = join(directory, "wrangler.toml");
  await writeFile(config, blockOf("toml"));
  await writeFile(join(directory, "Dockerfile"), blockOf("dockerfile"));
  await writeFile(join(directory, "worker.ts"), blockOf("ts"));
  const { containers, durable_objects, ...rest } = unstable_readConfig({ config });
  await rm(directory, { recursive: true });
  const [{ class_name } = {}] = containers ?? [];
  expect(durable_objects.bindings).toEqual([{ name: "UNDERTONE", class_name }]);
  expect(rest.exports).toHaveProperty(String(class_name));
  expect(blockOf("ts")).toContain(`export class ${class_name} extends Container`);
  expect(blockOf("ts")).toContain(`defaultPort = ${port};`);
  const { app } = startService();
  const [, path = ""] = /pingEndpoint = "localhost(.*)"/.exec(blockOf("ts")) ?? [];
  expect((await app.request(path)).status).not.toBe(404);
});
