import { describe, expect, it } from "vitest"
import { expectPrivate, expectProblem } from "../support/answers"
import { clientOf } from "../support/client"
import { routePaths } from "../support/route-table"
import { serverFixture } from "../support/server-fixture"

/** Every route is in one of these; a new page that is in neither may have been left open by mistake. */
const PUBLIC = [
	"/",
	"/register",
	"/register/check",
	"/verify",
	"/verify/sent",
	"/verify/resend",
	"/login",
	"/login/cookie",
	"/login/:backend",
	"/logout",
	"/forgot-password",
	"/reset-password",
	"/account/email/confirm",
	"/.well-known/change-password",
	"/openapi.json",
	"/docs",
	"/dev/mail",
	"/dev/mail/:id",
	"/healthz",
	"/readyz",
	"/*",
]
const GUARDED = ["/account", "/account/password", "/account/email", "/users", "/users/:id"]
/** Guarded, too, but only to be posted to. */
const GUARDED_ACTIONS = ["/account/email/cancel"]

const { server } = serverFixture()

it("every route is public or guarded", async () => {
	expect((await routePaths()).sort()).toEqual([...PUBLIC, ...GUARDED, ...GUARDED_ACTIONS].sort())
})

describe.each(GUARDED)("without a session, %s", (path) => {
	const login = `/login?redirect_to=${encodeURIComponent(path)}`

	it("leads a person to sign in, and tells a program 401", async () => {
		const page = await clientOf(server).get(path, { Accept: "text/html" })
		expect([page.status, page.headers.get("Location")]).toEqual([303, login])
		expectPrivate(page)
		expectProblem(await clientOf(server).getJson(path), 401, "unauthenticated")
	})

	it("gives no data to the router either", async () => {
		const data = await clientOf(server).get(`${path}.data`)
		expect([data.status, data.text.includes(login)]).toEqual([202, true])
		expectPrivate(data)
	})
})
