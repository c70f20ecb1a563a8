import { expect, it } from "vitest"
import { loggedPath } from "./request-log.server"

const SIGNATURE = "s1-Gnature_".repeat(4).slice(0, 43)

it.each([
	["/verify", "/verify"],
	["/users/0b9f6f1e-7a53-4a3e-9a5c-0f6b7f6f0c1d", "/users/0b9f6f1e-7a53-4a3e-9a5c-0f6b7f6f0c1d"],
	["/%E2%82%AC", "/%E2%82%AC"],
	["/ada@example.org", "/_"],
	["/users/ada%40example.org/edit", "/users/_/edit"],
	["/users/ada%2540example.org", "/users/_"],
	['/a"b\\c\u00e9', "/a_b_c_"],
])("H-87: of %s, the log has %s", (target, path) => expect(loggedPath(target)).toBe(path))

it.each([
	`/verify?signature=${SIGNATURE}`,
	`/verify%3Fuser_id=1&signature=${SIGNATURE}`,
	`/verify%3fsignature=short-secret`,
	"/verify%253Fsignature=short-secret",
	"/verify%25253fsignature=short-secret",
	"/verify#signature=short-secret",
	"/verify%23signature=short-secret",
	`/verify/${SIGNATURE}`,
	`/${"a/".repeat(126)}${SIGNATURE}`,
	`/a.b.${SIGNATURE}.c`,
	`/verify&signature=${SIGNATURE.replaceAll("-", "%2D").replaceAll("_", "%5f")}`,
])("H-87: of %s, the log has no secret", (target) => {
	expect(loggedPath(target)).not.toMatch(/short-secret|s1-G/)
})

it("H-87: a path of 12,000 characters is cut", () => {
	expect(loggedPath(`/${"a/".repeat(6_000)}`)).toHaveLength(256)
})
