import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate, expectRefused, getPageAndJson, inputValue, postFormAndJson } from "../support/answers"
import {
	clientOf,
	linkFields,
	type Person,
	registerUnverified,
	registerVerified,
	somebody,
} from "../support/client"
import { rowsOf } from "../support/rows"
import { afterAnswers, serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

const MAILBOX = config.limits.mailPerMailbox
const CLIENT = config.limits.mailPerClient

function nameOf(cookie: string): string {
	return cookie.split("=", 1)[0] ?? ""
}

async function registered(): Promise<Person> {
	return (await registerUnverified(server, mailbox)).person
}

describe.runIf(config.verification.enabled)("GET /verify/resend", () => {
	it("shows a form to a person, and tells a program its fields", async () => {
		const { form, json } = await getPageAndJson(server, "/verify/resend")
		expect([form.status, json.status]).toEqual([200, 200])
		expect(form.text).toContain('name="email"')
		expect(json.json).toEqual({ fields: [{ name: "email", type: "email", required: true }], captcha: null })
		expectPrivate(form)
		expectPrivate(json)
	})
})

describe.runIf(config.verification.enabled)("V8: POST /verify/resend", () => {
	it("mails a link that works to who needs one", async () => {
		const { email } = await registered()
		const answer = await clientOf(server).postForm("/verify/resend", { email: email.toUpperCase() })
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/verify/sent"])
		const link = linkFields((await mailbox.next(email)).links[0] ?? "")
		expect((await clientOf(server).postJson("/verify", link)).status).toBe(200)
	})

	it("answers the same to everybody, and mails nobody else", async () => {
		const unverified = await registered()
		const verified = await registerVerified(server, mailbox)
		const inactive = await registered()
		server.database.prepare(`UPDATE "User" SET active = false WHERE username = ?`).run(inactive.username)
		const before = rowsOf(server)
		const answers = []
		for (const { email } of [verified, inactive, somebody()])
			answers.push(await postFormAndJson(server, "/verify/resend", { email }))
		await afterAnswers()
		expect(rowsOf(server)).toEqual(before)
		answers.push(await postFormAndJson(server, "/verify/resend", { email: unverified.email }))
		for (const { form, json } of answers) {
			expect([json.status, json.text, json.cookies]).toEqual([202, "{}", []])
			expect([form.status, form.headers.get("Location"), form.text]).toEqual([303, "/verify/sent", ""])
			// One holds what was typed, see verify-sent.test.ts.
			expect(form.cookies.map(nameOf)).toEqual(["mailed", "notice"])
			expectPrivate(form)
			expectPrivate(json)
		}
		await afterAnswers()
		expect(rowsOf(server).mails).toHaveLength(before.mails.length + 2)
	})

	it("leads a person to Check your mail, also where another page was asked for", async () => {
		const client = clientOf(server)
		const answer = await client.postForm("/verify/resend?redirect_to=/account", { email: somebody().email })
		expect(answer.headers.get("Location")).toBe("/verify/sent")
	})

	it.each<Record<string, string>>([{}, { email: "" }, { email: "ada" }])(
		"refuses %j, and keeps what was typed",
		async (fields) => {
			const refused = await postFormAndJson(server, "/verify/resend", fields)
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["email"])
			expect(refused.form.text).toContain('id="resend-email-error"')
			expect(inputValue(refused.form, "email") ?? "").toBe(fields.email ?? "")
		},
	)

	it("H-49: counts mails per mailbox, that of the registration too, with or without an account", async () => {
		const known = await registered()
		const unknown = somebody()
		for (const [{ email }, left] of [
			[known, MAILBOX.points - 1] as const,
			[unknown, MAILBOX.points] as const,
		]) {
			const spelled = [email, email.toUpperCase(), email.replace("example", "EXAMPLE")]
			for (let count = 0; count < left; count++) {
				const answer = await clientOf(server).postJson("/verify/resend", { email: spelled[count % 3] })
				expect(answer.status).toBe(202)
			}
			await afterAnswers()
			const before = rowsOf(server)
			for (const spelling of spelled) {
				const refused = await postFormAndJson(server, "/verify/resend", { email: spelling })
				expectRefused(refused, 429, "rate_limited")
				expect(refused.json.json.detail).toMatch(/^You've asked for several links\. Try again in [\w ]+\.$/)
				expect(refused.json.headers.get("RateLimit-Limit")).toBe(String(MAILBOX.points))
				expect(Number(refused.form.headers.get("Retry-After"))).toBeGreaterThan(MAILBOX.durationSeconds - 100)
			}
			await afterAnswers()
			expect(rowsOf(server)).toEqual(before)
			const tagged = email.replace("@", "+tag@")
			expect((await clientOf(server).postJson("/verify/resend", { email: tagged })).status).toBe(429)
		}
	})

	it("counts mails per client address", async () => {
		const client = clientOf(server)
		for (let count = 0; count < CLIENT.points; count++)
			expect((await client.postJson("/verify/resend", { email: somebody().email })).status).toBe(202)
		const { email } = await registered()
		const before = rowsOf(server)
		const refused = {
			json: await client.postJson("/verify/resend", { email }),
			form: await client.postForm("/verify/resend", { email }),
		}
		expectRefused(refused, 429, "rate_limited")
		expect(refused.json.headers.get("RateLimit-Limit")).toBe(String(CLIENT.points))
		expect(rowsOf(server)).toEqual(before)
		expect((await clientOf(server).postJson("/verify/resend", { email })).status).toBe(202)
	})
})
