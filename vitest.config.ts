import { defineConfig } from "vitest/config"

/** `unit` tests live beside what they test; `wire` tests speak to the built server as any client would. */
export default defineConfig({
	test: {
		projects: [
			{ test: { name: "unit", include: ["app/**/*.test.ts"], setupFiles: ["e2e/support/unit-setup.ts"] } },
			{
				test: {
					name: "wire",
					include: ["e2e/wire/**/*.test.ts"],
					testTimeout: 60_000,
					hookTimeout: 60_000,
					// Each file starts servers that hash passwords: more at once only wait for each other.
					poolOptions: { forks: { singleFork: true } },
				},
			},
		],
	},
})
