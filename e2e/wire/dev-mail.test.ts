import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate, expectProblem, expectRefused, getPageAndJson, textOf } from "../support/answers"
import { clientOf, linkFields, register, somebody } from "../support/client"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture({ NODE_ENV: "development", SMTP_URL: "" })

async function inbox() {
	return (await clientOf(server).getJson("/dev/mail")).json as Record<string, string>[]
}

async function registerAndRead() {
	const person = somebody()
	expect((await register(server, person)).status).toBe(201)
	const deadline = Date.now() + 10_000
	while (Date.now() < deadline) {
		const mail = (await inbox()).find(({ to }) => to === person.email)
		if (mail) return { person, mail }
		await new Promise((resolve) => setTimeout(resolve, 50))
	}
	throw new Error("No mail in the inbox")
}

describe.runIf(config.verification.enabled)("V7: /dev/mail, in development", () => {
	it("lists every mail as text and HTML, newest first, to a program", async () => {
		await registerAndRead()
		const { person, mail } = await registerAndRead()
		expect((await inbox())[0]).toEqual(mail)
		const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
		expect(mail).toMatchObject({ to: person.email, kind: "verify", created_at: time, sent_at: time })
		expect(mail.html).toContain("<html")
		const link = /http:\/\/\S+/.exec(mail.text ?? "")?.[0] ?? ""
		expect((await clientOf(server).postJson("/verify", linkFields(link))).status).toBe(200)
	})

	it("shows them to a person, and each as a mail program would", async () => {
		const { person, mail } = await registerAndRead()
		const page = await clientOf(server).get("/dev/mail")
		expect(page.status).toBe(200)
		expect(textOf(page)).toContain(person.email)
		expect(page.text).toContain(`href="/dev/mail/${mail.id}"`)
		expectPrivate(page)
		const html = await clientOf(server).get(`/dev/mail/${mail.id}`)
		expect([html.status, html.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"])
		expect(html.text).toContain("/verify?")
		expect(html.headers.get("Content-Security-Policy")).toContain("default-src 'none'")
	})

	it("does not find a mail that is not there, and takes no other method", async () => {
		expectRefused(await getPageAndJson(server, "/dev/mail/nothing"), 404, "not_found")
		const posted = await clientOf(server).postJson("/dev/mail", {})
		expectProblem(posted, 405, "method_not_allowed")
		expect(posted.headers.get("Allow")).toBe("GET, HEAD")
	})
})

describe.runIf(config.verification.enabled)("a route without a page", () => {
	it("fails for a person with a page, and for a program with problem details", async () => {
		const path = `/dev/mail/${(await registerAndRead()).mail.id}`
		server.database.exec(`ALTER TABLE "OutboxMail" RENAME TO "Elsewhere"`)
		const failed = await getPageAndJson(server, path)
		server.database.exec(`ALTER TABLE "Elsewhere" RENAME TO "OutboxMail"`)
		expectRefused(failed, 500, "internal")
		expect(failed.form.text).not.toMatch(/prisma|OutboxMail|node_modules/i)
		expectRefused(await getPageAndJson(server, "/dev/mail/none"), 404, "not_found")
	})
})
