import { expect, it } from "vitest";
import { cloudflareQueue } from "../../src/queue/cloudflare.ts";

it.each([undefined, null, {}, { send() {} }])(
  "refuses a binding that is no queue (%j)",
  (binding) => {
    expect(() => cloudflareQueue({ work: binding, deliveries: binding })).toThrow(/wrangler\.toml/);
  },
);
