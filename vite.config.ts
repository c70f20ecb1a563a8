import { isBuiltin } from "node:module"
import { vitePlugin as remix } from "@remix-run/dev"
import { defineConfig, type Plugin } from "vite"
import { productionInstall } from "./production-install"
import remixConfig from "./remix.config.js"

/**
 * Packages that only the server uses. In development, Vite would try to make them fit for browsers, and fail loudly.
 */
const serverPackages = [
	"@node-rs/argon2",
	"@prisma/adapter-better-sqlite3",
	"@prisma/adapter-pg",
	"@prisma/client",
	"@remix-run/node",
	"@zxcvbn-ts/core",
	"@zxcvbn-ts/language-common",
	"bcryptjs",
	"better-sqlite3",
	"html-to-text",
	"ioredis",
	"jose",
	"lucia",
	"negotiator",
	"nodemailer",
	"pg",
	"pino",
	"pino-pretty",
	"prom-client",
	"rate-limiter-flexible",
	"zod",
]

/** What stays a package in production: native code, and what is loaded only where a setting asks for it. */
const INSTALLED = ["@node-rs/argon2", "better-sqlite3", "ioredis", "pg", "pino-pretty"]
/** Remix's stand-ins for what Node has by itself; nobody asks for them. */
const UNUSED = ["@remix-run/web-fetch", "undici"]

const LIBRARIES =
	/\/node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|turbo-stream|@remix-run)\//
/** But for what is loaded only where it is shown. */
const SHARED = /\/app\/(ui|text)\/(?!.*\.client\.)/

export default defineConfig({
	plugins: [remix(remixConfig), serverEntry(), browserFiles(), productionInstall()],
	build: { target: "es2022", assetsInlineLimit: 0 },
	optimizeDeps: { exclude: serverPackages },
	server: { watch: { ignored: ["**/data/**", "**/e2e/**", "**/screenshots/**"] } },
})

/**
 * Makes `server.ts` the entry of the server build, so that HTTP server and routes share one copy of every module. What
 * its threads run stands beside it, as it does in the source.
 */
function serverEntry(): Plugin {
	const input = {
		index: "./server.ts",
		admin: "./app/admin/commands.server.ts",
		"hashing.worker": "./app/auth/password/hashing.worker.js",
	}
	// Beside each other, so that a path from one module to a file is the same in all.
	const rollupOptions = { input, output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" } }
	// To read a few large files takes half the time of 500 small ones, and what is left out needs no reading.
	const ssr = { noExternal: true as const, external: INSTALLED }
	const define = { "process.env.NODE_ENV": JSON.stringify("production") }
	// Each CommonJS module runs when it is first required, as in Node, also where it does without one that is missing.
	const commonjsOptions = {
		strictRequires: true,
		ignore: UNUSED,
		ignoreTryCatch: (id: string) => !isBuiltin(id),
	}
	const build = { rollupOptions, commonjsOptions }
	return {
		name: "server-entry",
		config: (_config, { isSsrBuild }) => (isSsrBuild ? { build, ssr, define } : undefined),
	}
}

/**
 * What every page needs is in two files rather than twenty, as what is compressed together becomes smaller: the
 * libraries, which most changes leave as they are, and `app/ui/` with its texts. `e2e/wire/assets.test.ts` holds the
 * sum of both down.
 */
function browserFiles(): Plugin {
	const manualChunks = (id: string) => {
		if (LIBRARIES.test(id)) return "libraries"
		return SHARED.test(id) ? "ui" : undefined
	}
	const build = {
		minify: "terser" as const,
		// For browsers from before 2023, which load the same files a little later without it.
		modulePreload: { polyfill: false },
		rollupOptions: { output: { manualChunks } },
	}
	return { name: "browser-files", config: (_config, { isSsrBuild }) => (isSsrBuild ? undefined : { build }) }
}
