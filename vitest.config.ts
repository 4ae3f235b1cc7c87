import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

/** Tests of programs: each starts the command line, child processes or an installed package. */
const processes = [
	"test/cli/**/*.test.ts",
	"test/executors/**/*.test.ts",
	"test/package/**/*.test.ts",
	"test/cache/store/hazards.test.ts",
];
/** Path of Building: a checkout's where there is one (else they skip by name), and the stand-in of test/fixtures. */
const pob = ["test/pob/**/*.test.ts"];
/** Random inputs, and whatever goes wrong at every place where it can. */
const soak = [
	"test/fuzz/**/*.test.ts",
	"test/engine/{hazards,properties,recovery,worker-threads}.test.ts",
	"test/binding/rollback.test.ts",
	"test/builds/hostile-text.test.ts",
	"test/search/search-properties.test.ts",
	"test/cache/store/failures.test.ts",
];

/** The other packages; they take the library from its sources, as the tests here do. */
const packages = {
	server: ["packages/server/test/**/*.test.ts"],
	fleet: ["packages/fleet/test/**/*.test.ts"],
};
const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** Files that cannot run where these tests do: scripts/test-wine.mjs says which, and why. */
const leftOut = process.env.POBATCH_TESTS_LEFT_OUT?.split(",") ?? [];

const project = (name: string, include: string[], exclude: string[] = []) => ({
	extends: true as const,
	test: { name, include, exclude: [...configDefaults.exclude, ...exclude, ...leftOut] },
});

export default defineConfig({
	test: {
		projects: [
			// What a change is tried with first: seconds, and nothing but the addon.
			// The test of packing runs by itself: npm run test:packing.
			project("unit", ["test/**/*.test.ts"], ["test/packing/**", ...processes, ...pob, ...soak]),
			project("processes", processes),
			project("pob", pob),
			project("soak", soak),
			...Object.entries(packages).map(([name, include]) => ({
				...project(name, include),
				resolve: {
					alias: [
						{ find: /^pobatch\/(operations|engine)$/, replacement: source("$1/index.ts") },
						{ find: /^pobatch$/, replacement: source("index.ts") },
						{ find: /^@pobatch\/fleet$/, replacement: source("../packages/fleet/src/index.ts") },
					],
				},
			})),
		],
		// Engines own native threads: forks give each file a process of its own, as in a user's program.
		pool: "forks",
		maxWorkers: 2,
		// What pobatch keeps of checkouts is not the user's who runs the tests.
		env: { XDG_CACHE_HOME: join(tmpdir(), "pobatch-tests-cache") },
		testTimeout: 30_000,
		hookTimeout: 60_000,
	},
});
