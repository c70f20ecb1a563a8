import { expect, it, vi } from "vitest"
import { describeApi } from "./openapi.server"

vi.mock("../../auth.events.server", async (load) => {
	const events = await load<typeof import("../../auth.events.server")>()
	return { ...events, backends: events.backends.filter(({ name }) => name === "cookie") }
})

it("X2: where nobody signs in for a token, no sentence speaks of any", () => {
	const { info, tags, paths, components } = describeApi()
	expect(Object.keys(components.securitySchemes)).toEqual(["cookie"])
	const described = Object.values(paths).flatMap((path) => Object.values(path))
	expect(described.map(({ operationId }) => operationId)).toContain("signOut")
	const sentences = [info, tags, described.map(({ summary, description }) => [summary, description])]
	expect(JSON.stringify(sentences)).not.toMatch(/token/i)
})
