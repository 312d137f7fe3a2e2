/** Shows the service's own OpenAPI document by Scalar's API reference, whose script comes after this one. */

// Otherwise zod, inside of it, tries whether a text may become a script, which the page's policy forbids and reports.
globalThis.__zod_globalConfig = { jitless: true };

addEventListener("DOMContentLoaded", () => {
  globalThis.Scalar.createApiReference("#reference", {
    url: "/openapi.json",
    authentication: { preferredSecurityScheme: "apiKey" },
    // A key that is typed in is forgotten with the page.
    persistAuth: false,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    // Models are something else here.
    modelsSectionLabel: "Schemas",
    // Each of these would load from hosts of Scalar's, or lead to them.
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: "never",
    agent: { disabled: true },
    mcp: { disabled: true },
    customCss:
      ":root { --scalar-font: system-ui, sans-serif; --scalar-font-code: ui-monospace, monospace; }",
  });
});
