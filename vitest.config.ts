import "./e2e/support/temporary-folder.mjs"
import { defineConfig } from "vitest/config"
import { sqliteOnly } from "./e2e/support/sqlite-only"

/** Were it not for this, a worker whose runner is killed would go on, and its servers with it. */
const END_WITH_PARENT = ["--import", "./e2e/support/end-with-parent.mjs"]

const retry = process.env.CI ? 1 : 0

const wire = {
	setupFiles: ["e2e/support/wire-setup.ts"],
	testTimeout: 60_000,
	hookTimeout: 60_000,
	retry,
	// Each file starts servers that hash passwords: more at once only wait for each other.
	poolOptions: { forks: { singleFork: true } },
}

/**
 * `unit` tests live beside what they test; `wire` tests speak to the built server as any client would, on SQLite and,
 * where the database matters, on PostgreSQL. `system` tests run several nodes with all that they share: `npm run
 * test:system`.
 */
export default defineConfig({
	test: {
		poolOptions: { forks: { execArgv: END_WITH_PARENT } },
		projects: [
			{
				// A fork's packages may be a link to a folder elsewhere.
				server: { fs: { strict: false } },
				test: {
					name: "unit",
					include: ["app/**/*.test.ts"],
					globalSetup: "bin/setup.mjs",
					setupFiles: ["e2e/support/unit-setup.ts"],
					retry,
				},
			},
			{
				test: {
					...wire,
					name: "wire",
					include: ["e2e/wire/**/*.test.ts"],
					exclude: ["e2e/wire/postgres*.test.ts"],
					globalSetup: "bin/fresh-build.mjs",
				},
			},
			{
				test: {
					...wire,
					name: "wire-postgres",
					include: ["e2e/wire/**/*.test.ts"],
					exclude: Object.keys(sqliteOnly).map((file) => `e2e/wire/${file}`),
					globalSetup: ["bin/fresh-build.mjs", "e2e/support/postgres-setup.ts"],
				},
			},
			{
				test: {
					...wire,
					setupFiles: [],
					name: "system",
					include: ["e2e/system/**/*.test.ts", "e2e/wire/limit-counts.test.ts"],
					env: { TEST_COUNTS: "redis" },
					globalSetup: ["bin/fresh-build.mjs", "e2e/support/system-setup.ts"],
				},
			},
		],
	},
})
