import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// It runs by itself: npm run test:packing.
		exclude: ["test/packing/**", "**/node_modules/**"],
		// Engines own native threads: forks give each file a process of its own, as in a user's program.
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 30_000,
		hookTimeout: 60_000,
	},
});
