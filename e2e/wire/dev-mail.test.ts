import { describe, expect, it } from "vitest"
import { clientOf, linkFields, somebody } from "../support/client"
import { expectPrivate, expectProblem, expectRefused, getBoth, openHouse, textOf } from "../support/house"

const house = openHouse({ NODE_ENV: "development", SMTP_URL: "" })

async function inbox() {
	return (await clientOf(house.server).getJson("/dev/mail")).json as Record<string, string>[]
}

async function register() {
	const person = somebody()
	const fields = { ...person, confirm_password: person.password }
	expect((await clientOf(house.server).postJson("/register", fields)).status).toBe(201)
	const deadline = Date.now() + 10_000
	while (Date.now() < deadline) {
		const mail = (await inbox()).find(({ to }) => to === person.email)
		if (mail) return { person, mail }
		await new Promise((resolve) => setTimeout(resolve, 50))
	}
	throw new Error("No mail in the inbox")
}

describe("/dev/mail, in development", () => {
	it("lists every mail as text and HTML, newest first, to a program", async () => {
		await register()
		const { person, mail } = await register()
		expect((await inbox())[0]).toEqual(mail)
		const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
		expect(mail).toMatchObject({ to: person.email, kind: "verify", created_at: time, sent_at: time })
		expect(mail.html).toContain("<html")
		const link = /http:\/\/\S+/.exec(mail.text ?? "")?.[0] ?? ""
		expect((await clientOf(house.server).postJson("/verify", linkFields(link))).status).toBe(200)
	})

	it("shows them to a person, and each as a mail program would", async () => {
		const { person, mail } = await register()
		const page = await clientOf(house.server).get("/dev/mail")
		expect(page.status).toBe(200)
		expect(textOf(page)).toContain(person.email)
		expect(page.text).toContain(`href="/dev/mail/${mail.id}"`)
		expectPrivate(page)
		const html = await clientOf(house.server).get(`/dev/mail/${mail.id}`)
		expect([html.status, html.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"])
		expect(html.text).toContain("/verify?")
		expect(html.headers.get("Content-Security-Policy")).toContain("default-src 'none'")
	})

	it("does not find a mail that is not there, and takes no other method", async () => {
		expectRefused(await getBoth(house.server, "/dev/mail/nothing"), 404, "not_found")
		const posted = await clientOf(house.server).postJson("/dev/mail", {})
		expectProblem(posted, 405, "method_not_allowed")
		expect(posted.headers.get("Allow")).toBe("GET, HEAD")
	})
})

describe("a route without a page", () => {
	it("fails for a person with a page, and for a program with problem details", async () => {
		const path = `/dev/mail/${(await register()).mail.id}`
		house.server.database.exec("ALTER TABLE OutboxMail RENAME TO Elsewhere")
		const failed = await getBoth(house.server, path)
		house.server.database.exec("ALTER TABLE Elsewhere RENAME TO OutboxMail")
		expectRefused(failed, 500, "internal")
		expect(failed.form.text).not.toMatch(/prisma|OutboxMail|node_modules/i)
		expectRefused(await getBoth(house.server, "/dev/mail/none"), 404, "not_found")
	})
})
