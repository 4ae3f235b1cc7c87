import { defineConfig } from "vite";

export default defineConfig({
	root: import.meta.dirname,
	// The server has index.html at / and all else here.
	base: "/page/",
	oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
	build: { outDir: "../dist/page", emptyOutDir: true, chunkSizeWarningLimit: 300 },
});
