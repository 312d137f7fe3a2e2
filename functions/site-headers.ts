/** The headers of the pages and of the files beside them, from a Node server and from a Worker. */

/** Lets a page share memory between threads (HTML, cross-origin isolation). */
export const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** Of both pages. */
const CLOSED = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  // The engine compiles WebAssembly; no text becomes a script.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  // The empty icon.
  "img-src 'self' data:",
  // Clips that were chosen are played from memory.
  "media-src blob:",
  ...CLOSED,
].join("; ");

const API_PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  // Scalar's script adds its styles to the document as text.
  "style-src 'self' 'unsafe-inline'",
  // Answers that are images or sound, and icons.
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  ...CLOSED,
].join("; ");

const UNUSED_FEATURES = ["camera", "display-capture", "geolocation", "payment", "usb"];

function withoutFeatures(features: readonly string[]): string {
  return features.map((feature) => `${feature}=()`).join(", ");
}

/** The page for trying models records with it, no other one does. */
const MICROPHONE = "microphone";

/** OWASP's HTTP Headers Cheat Sheet; Strict-Transport-Security comes with the answers of the API. */
export const SITE_HEADERS: Readonly<Record<string, string>> = {
  ...ISOLATION_HEADERS,
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "Permissions-Policy": withoutFeatures([...UNUSED_FEATURES, MICROPHONE]),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Permitted-Cross-Domain-Policies": "none",
};

/** Headers of some addresses in place of the others': each is a path, with `*` for any end. */
const SPECIAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/": { "Permissions-Policy": `${withoutFeatures(UNUSED_FEATURES)}, ${MICROPHONE}=(self)` },
  "/docs": { "Content-Security-Policy": API_PAGE_POLICY },
  // Its name has its version.
  "/docs/scalar-*": { "Cache-Control": "public, max-age=31536000, immutable" },
};

/** The headers of the file at a path such as `/docs`. */
export function siteHeadersOf(path: string): Readonly<Record<string, string>> {
  const special = Object.entries(SPECIAL).filter(([pattern]) =>
    pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern,
  );
  return Object.assign({}, SITE_HEADERS, ...special.map(([, headers]) => headers));
}

/** The same for Workers, which read them from `_headers`: https://developers.cloudflare.com/workers/static-assets/headers/ */
export function headersFile(): string {
  const linesOf = (headers: Readonly<Record<string, string>>) =>
    Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
  const special = Object.entries(SPECIAL).flatMap(([pattern, headers]) => [
    pattern,
    // Without it, the value would be added to that of all addresses.
    ...Object.keys(headers).map((name) => `  ! ${name}`),
    ...linesOf(headers),
  ]);
  return ["/*", ...linesOf(SITE_HEADERS), ...special, ""].join("\n");
}
