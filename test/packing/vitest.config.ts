import { defineConfig } from "vitest/config";

// By itself, before the other tests: it makes the addon and dist/ anew, which they use.
export default defineConfig({ test: { include: ["test/packing/*.test.ts"] } });
