import { vitePlugin as remix } from "@remix-run/dev"
import { defineConfig, type Plugin } from "vite"
import remixConfig from "./remix.config.js"

export default defineConfig({
	// Under Vitest the plugin would try to serve the app; unit tests need only the resolver.
	plugins: process.env.VITEST ? [] : [remix(remixConfig), serverEntry()],
	build: { target: "es2022", assetsInlineLimit: 0 },
	ssr: { external: ["better-sqlite3", "@node-rs/argon2"] },
	server: { watch: { ignored: ["**/data/**", "**/e2e/**", "**/screenshots/**"] } },
})

/** Makes `server.ts` the entry of the server build, so that HTTP server and routes share one copy of every module. */
function serverEntry(): Plugin {
	return {
		name: "server-entry",
		config: (_config, { isSsrBuild }) =>
			isSsrBuild ? { build: { rollupOptions: { input: "./server.ts" } } } : undefined,
	}
}
