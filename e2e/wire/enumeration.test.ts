import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { newAccount } from "../support/accounts"
import { clientOf, registerUnverified, registerVerified, registrationOf, somebody } from "../support/client"
import { comparable } from "../support/comparable"
import { afterAnswers, serverFixture } from "../support/server-fixture"

/**
 * Whether somebody has an account shows in no answer, in no number of hashes, and in no inbox but the owner's. Names
 * and addresses are equally long, so that sizes can be compared to the byte.
 */
const { server, mailbox } = serverFixture({}, ["--import", "./e2e/support/count-hashes.mjs"])

type Try = {
	fields: Record<string, string>
	/** Where a second time would not be the same. */
	formFields?: Record<string, string>
	headers?: Record<string, string>
	/** Whose inboxes are looked into, beginning with that of the address in question. */
	inboxes: string[]
}

const hashes = () => server.logLines().filter(({ event }) => event === "test.hash").length
const mailsTo = (address: string) =>
	server.database.prepare(`SELECT count(*) FROM "OutboxMail" WHERE "to" = ?`).pluck().get(address) as number

/** Through both doors. @returns what the client sees, what it costs, and how many mails come of it */
async function seenOf(path: string, { fields, formFields = fields, headers, inboxes }: Try) {
	const before = { hashes: hashes(), mails: inboxes.map(mailsTo) }
	const json = await clientOf(server).postJson(path, fields, headers)
	const form = await clientOf(server).postForm(path, formFields, headers)
	await afterAnswers()
	await afterAnswers()
	return {
		form: comparable(form, Object.values(formFields)),
		json: comparable(json, Object.values(fields)),
		bytes: [form, json].map(({ text }) => Buffer.byteLength(text)),
		hashes: hashes() - before.hashes,
		mails: inboxes.map((address, index) => mailsTo(address) - (before.mails[index] ?? 0)),
	}
}

async function inactive() {
	const person = await registerVerified(server, mailbox)
	server.database.prepare(`UPDATE "User" SET active = false WHERE username = ?`).run(person.username)
	return person
}

const verified = () => registerVerified(server, mailbox)
const unverified = async () => (await registerUnverified(server, mailbox)).person
const kinds = config.verification.enabled ? { verified, unverified, inactive } : { verified, inactive }

describe("H-39: with an account and without one", () => {
	it("H-36, H-39: POST /login with a wrong password is the same, by name and by address", async () => {
		for (const identifier of ["username", "email"] as const) {
			const tryOf = (person: ReturnType<typeof somebody>) => ({
				fields: { username: person[identifier], password: "not the password" },
				inboxes: [person.email],
			})
			const unknown = await seenOf("/login", tryOf(somebody()))
			expect([unknown.form.status, unknown.json.status, unknown.hashes, unknown.mails]).toEqual([
				401,
				401,
				2,
				[0],
			])
			for (const [kind, make] of Object.entries(kinds))
				expect([kind, await seenOf("/login", tryOf(await make()))]).toEqual([kind, unknown])
		}
	})

	it.runIf(config.verification.enabled)(
		"H-37, H-39: POST /register with an address is the same, and each inbox gets its mails",
		async () => {
			const tryOf = ({ email }: { email: string }) => ({
				fields: registrationOf({ ...somebody(), email }),
				formFields: registrationOf({ ...somebody(), email }),
				inboxes: [email],
			})
			const unknown = await seenOf("/register", tryOf(somebody()))
			expect([unknown.form.status, unknown.json.status, unknown.hashes, unknown.mails]).toEqual([
				303,
				201,
				2,
				[2],
			])
			for (const [kind, make] of Object.entries({ verified, unverified }))
				expect([kind, await seenOf("/register", tryOf(await make()))]).toEqual([kind, unknown])
		},
	)

	it.runIf(config.verification.enabled)(
		"H-38, H-39: POST /verify/resend is the same; only who needs a link gets one",
		async () => {
			const tryOf = ({ email }: { email: string }) => ({ fields: { email }, inboxes: [email] })
			const { mails: none, ...unknown } = await seenOf("/verify/resend", tryOf(somebody()))
			expect([unknown.form.status, unknown.json.status, unknown.hashes, none]).toEqual([303, 202, 0, [0]])
			for (const [kind, make] of Object.entries(kinds)) {
				const { mails, ...seen } = await seenOf("/verify/resend", tryOf(await make()))
				expect([kind, seen]).toEqual([kind, unknown])
				expect([kind, mails]).toEqual([kind, kind === "unverified" ? [2] : [0]])
			}
		},
	)

	it.runIf(config.passwordReset.enabled)(
		"H-38, H-39: POST /forgot-password is the same; only who has an account gets a link",
		async () => {
			for (const identifier of ["username", "email"] as const) {
				const tryOf = (person: ReturnType<typeof somebody>) => ({
					fields: { email: person[identifier] },
					inboxes: [person.email],
				})
				const { mails: none, ...unknown } = await seenOf("/forgot-password", tryOf(somebody()))
				expect([unknown.form.status, unknown.json.status, unknown.hashes, none]).toEqual([303, 202, 0, [0]])
				for (const [kind, make] of Object.entries(kinds)) {
					const { mails, ...seen } = await seenOf("/forgot-password", tryOf(await make()))
					expect([kind, seen]).toEqual([kind, unknown])
					expect([kind, mails]).toEqual([kind, kind === "inactive" ? [0] : [2]])
				}
			}
		},
	)

	it("H-38, H-39: POST /account/email is the same for an address that is taken; both inboxes get a mail", async () => {
		const seen = async (email: string) => {
			const { person, cookie } = await newAccount(server, mailbox)
			const fields = { email, current_password: person.password }
			return seenOf("/account/email", { fields, headers: { Cookie: cookie }, inboxes: [email, person.email] })
		}
		const unknown = await seen(somebody().email)
		expect([unknown.form.status, unknown.json.status, unknown.hashes]).toEqual([303, 202, 2])
		expect(unknown.mails[0]).toBeGreaterThan(0)
		for (const [kind, make] of Object.entries({
			verified,
			...(config.verification.enabled && { unverified }),
		}))
			expect([kind, await seen((await make()).email)]).toEqual([kind, unknown])
	})
})
