import { createServer as createNetServer } from "node:net"
import { resolve } from "node:path"
import { makeEnv, setup } from "./setup.mjs"

setup()
makeEnv()
process.loadEnvFile(".env")
process.env.NODE_ENV = "development"
process.env.PORT = String(await findFreePort(Number(process.env.PORT || 3000)))

const { createServer } = await import("vite")
// Vite's own port, which tells pages to reload, is one that a second development server may have already.
const hmr = { port: await findFreePort(24_678) }
const vite = await createServer({ server: { middlewareMode: true, cors: false, hmr }, appType: "custom" })

/** The server of the moment. When a file changes, Vite makes a new one, and the old one is stopped. */
let loaded
let running
let timer

try {
	await reload()
	const { seed } = await vite.ssrLoadModule("/prisma/seed.ts")
	for (const line of await seed()) console.log(line)
	const { url } = await running
	const { appName } = await vite.ssrLoadModule("/app/auth.config.ts")
	console.log(`\n  ${appName}   ${url}\n  Mail        ${url}/dev/mail\n`)
} catch (error) {
	if (error?.name !== "StartError") throw error
	console.error(`\u2717 The server does not start: ${error.message}`)
	process.exit(1)
}

vite.watcher.on("all", () => {
	clearTimeout(timer)
	timer = setTimeout(() => reload().catch(showError), 100)
})

let stopping = false
// A second Vite, inside of Remix's plugin, would end the process in the middle of our stopping.
process.removeAllListeners("SIGTERM")
for (const signal of ["SIGTERM", "SIGINT"])
	process.on(signal, async () => {
		if (stopping) process.exit(1)
		stopping = true
		await (await running?.catch(() => undefined))?.stop()
		process.exit(0)
	})

async function reload() {
	forgetHandlers()
	const module = await vite.ssrLoadModule("/server.ts")
	if (module === loaded) return
	loaded = module
	const before = running
	running = (async () => {
		await (await before?.catch(() => undefined))?.stop()
		const server = await module.start({ assets: vite.middlewares })
		await server.ready
		return server
	})()
	await running
}

/** Event handlers read anew would join the old ones: so what calls them, and all that adds some, is read anew. */
function forgetHandlers() {
	const moduleOf = (file) => vite.moduleGraph.getModuleById(resolve(file))
	const caller = moduleOf("app/auth/event.server.ts")
	if (caller && moduleOf("app/auth.events.server.ts")?.ssrModule === null)
		vite.moduleGraph.invalidateModule(caller)
}

function showError(error) {
	if (error?.name === "StartError") return console.error(`\u2717 The server does not start: ${error.message}`)
	vite.ssrFixStacktrace(error)
	console.error(error)
}

async function findFreePort(first) {
	for (let port = first; port < first + 100; port++) if (await isFree(port)) return port
	throw new Error(`No port from ${first} to ${first + 99} is free.`)
}

function isFree(port) {
	return new Promise((resolve) => {
		const probe = createNetServer()
		probe.once("error", () => resolve(false))
		probe.listen(port, () => probe.close(() => resolve(true)))
	})
}
