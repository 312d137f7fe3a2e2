/** Settings of traces, by the names that OpenTelemetry gives them (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). */
import { UndertoneError } from "../errors.ts";
import { malformed, type NumberRule, readNumber, readText } from "./variables.ts";

/** Where traces go, and which. */
export interface TraceSettings {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` and `/v1/traces`; without it nothing is traced. */
  readonly url: string;
  /** `OTEL_EXPORTER_OTLP_HEADERS`: sent with each request to it, such as a token; a secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** `OTEL_TRACES_SAMPLER_ARG`: the share of the traces that the service begins itself, from 0 to 1; 1 by default. */
  readonly ratio: number;
}

const RATIO: NumberRule = {
  wants: "a number from 0 to 1",
  accepts: (value) => value >= 0 && value <= 1,
};

/**
 * Reads them; `null` without an endpoint.
 * @throws UndertoneError `internal` naming the variable and what it may hold, never the value of one that may hold a secret.
 */
export function readTraceSettings(
  variables: Readonly<Record<string, unknown>>,
): TraceSettings | null {
  const endpoint = readText(variables, "OTEL_EXPORTER_OTLP_ENDPOINT");
  const headers = readHeaders(variables, "OTEL_EXPORTER_OTLP_HEADERS");
  const ratio = readNumber(variables, "OTEL_TRACES_SAMPLER_ARG", 1, RATIO);
  return endpoint === "" ? null : { url: tracesUrl(endpoint), headers, ratio };
}

function tracesUrl(endpoint: string): string {
  const url = URL.parse(endpoint);
  const isBase =
    url !== null && /^https?:$/.test(url.protocol) && `${url.search}${url.hash}` === "";
  if (url?.username || url?.password) throw withCredentials();
  if (!isBase) {
    const wants = "the address of a receiver of OTLP over HTTP, such as http://localhost:4318";
    throw malformed("OTEL_EXPORTER_OTLP_ENDPOINT", wants, endpoint);
  }
  return `${url.href.replace(/\/$/, "")}/v1/traces`;
}

function withCredentials(): UndertoneError {
  return new UndertoneError(
    "internal",
    "The variable OTEL_EXPORTER_OTLP_ENDPOINT must have no user and password in it: put them into OTEL_EXPORTER_OTLP_HEADERS, as authorization=Basic%20…, and start again.",
  );
}

/** Written as in W3C Baggage: `name=value,name=value`, values percent-encoded. */
function readHeaders(
  variables: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, string>> {
  const pairs = readText(variables, name)
    .split(",")
    .filter((pair) => pair.trim() !== "");
  try {
    const headers = pairs.map((pair): [string, string] => {
      const [, key = "", value = ""] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair) ?? [];
      return [key, decodeURIComponent(value.trim())];
    });
    return Object.fromEntries(new Headers(headers));
  } catch {
    throw new UndertoneError(
      "internal",
      `The variable ${name} must be headers as name=value,name=value, their values percent-encoded: correct it and start again.`,
    );
  }
}
