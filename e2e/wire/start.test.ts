import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { startServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture({}, ["--import", "./e2e/support/note-start.mjs"])

it("the server listens before it loads what no page needs: threads that hash, and Prisma's engine", async () => {
	const events = () => server.logLines().map(({ event }) => event)
	await expect.poll(events, { timeout: 20_000 }).toContain("test.engine")
	const order = ["test.listening", "test.thread", "server.started", "test.engine"]
	const places = order.map((event) => events().indexOf(event))
	expect(places).not.toContain(-1)
	expect(places).toEqual(places.toSorted((one, other) => one - other))
})

it("what cannot hash does not stay, and says so in one line", async () => {
	const failing = `import { isMainThread } from "node:worker_threads"; if (!isMainThread) throw new Error("no binary")`
	const nodeOptions = ["--import", `data:text/javascript,${encodeURIComponent(failing)}`]
	const broken = await startServer({ nodeOptions, waitUntilReady: false })
	await expect.poll(() => broken.process.exitCode, { timeout: 20_000 }).toBe(1)
	expect(broken.output()).toContain("The server does not start: passwords cannot be hashed here (no binary)")
	expect(broken.logLines().map(({ event }) => event)).not.toContain("server.started")
})

it("the build asks for nothing when it runs that it would do without in silence", () => {
	const files = readdirSync("build/server").filter((name) => name.endsWith(".js"))
	const texts = files.map((name) => readFileSync(`build/server/${name}`, "utf8"))
	const asked = texts.flatMap((text) =>
		[...text.matchAll(/[^\w$.]require\("([^"]+)"\)/g)].map(([, id]) => id),
	)
	// What Remix would take in place of Node's own `fetch`, if it were told to.
	expect(asked.sort()).toEqual(["@remix-run/web-fetch", "undici"])
})
