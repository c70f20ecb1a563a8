import { expect, it } from "vitest"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture({}, ["--import", "./e2e/support/note-engine.mjs"])

it("the server listens before Prisma's engine is loaded, which takes longer than a page", async () => {
	const events = () => server.logLines().map(({ event }) => event)
	await expect.poll(events, { timeout: 20_000 }).toContain("test.engine")
	expect(events().indexOf("server.started")).toBeGreaterThan(-1)
	expect(events().indexOf("test.engine")).toBeGreaterThan(events().indexOf("server.started"))
})
