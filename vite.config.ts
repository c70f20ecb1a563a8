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
	"rate-limiter-flexible",
	"zod",
]

export default defineConfig({
	plugins: [remix(remixConfig), serverEntry(), productionInstall()],
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
	// Prisma's packages serve six databases and weigh 75 MB; what is needed of them, 5 MB, becomes part of the build.
	// So does what they need in a version of their own, which a production install would not find.
	const ssr = { noExternal: [/^@prisma\//, "postgres-array"] }
	return {
		name: "server-entry",
		config: (_config, { isSsrBuild }) => (isSsrBuild ? { build: { rollupOptions }, ssr } : undefined),
	}
}
