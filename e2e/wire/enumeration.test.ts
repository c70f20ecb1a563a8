import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { newAccount } from "../support/accounts"
import {
	clientOf,
	type Person,
	registerUnverified,
	registerVerified,
	registrationOf,
	somebody,
} from "../support/client"
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

/**
 * What a client sees who tries with what nobody has, and with what each of these people has, through both doors; what
 * it costs, and how many mails come of it.
 */
async function seenWith(
	path: string,
	people: Record<string, () => Promise<Person>>,
	tryOf: (person: Person) => Try | Promise<Try>,
) {
	const tries = await Promise.all(
		Object.entries({ unknown: async () => somebody(), ...people }).map(async ([kind, make]) => {
			const made = await tryOf(await make())
			return { kind, ...made, mailsBefore: made.inboxes.map(mailsTo) }
		}),
	)
	const tried = []
	for (const { kind, fields, formFields = fields, headers, inboxes, mailsBefore } of tries) {
		const before = hashes()
		const json = await clientOf(server).postJson(path, fields, headers)
		const form = await clientOf(server).postForm(path, formFields, headers)
		const seen = {
			form: comparable(form, Object.values(formFields)),
			json: comparable(json, Object.values(fields)),
			bytes: [form, json].map(({ text }) => Buffer.byteLength(text)),
			hashes: hashes() - before,
		}
		tried.push({ kind, seen, inboxes, mailsBefore })
	}
	const hashesOfAll = hashes()
	await afterAnswers()
	await afterAnswers()
	expect(hashes()).toBe(hashesOfAll)
	const [unknown, ...known] = tried.map(({ kind, seen, inboxes, mailsBefore }) => ({
		kind,
		seen,
		mails: inboxes.map((address, index) => mailsTo(address) - (mailsBefore[index] ?? 0)),
	}))
	if (!unknown || known.length === 0) throw new Error("There is nobody to compare")
	for (const { kind, seen } of known) expect([kind, seen]).toEqual([kind, unknown.seen])
	return { ...unknown.seen, kind: unknown.kind, mails: unknown.mails, known }
}

async function inactive() {
	const person = await registerVerified(server, mailbox)
	server.database.prepare(`UPDATE "User" SET active = false WHERE username = ?`).run(person.username)
	return person
}

const verified = () => registerVerified(server, mailbox)
const unverified = async () => (await registerUnverified(server, mailbox)).person
const owners: Record<string, () => Promise<Person>> = config.verification.enabled
	? { verified, unverified }
	: { verified }
const kinds = { ...owners, inactive }

describe("H-39: with an account and without one", () => {
	it.each(["username", "email"] as const)(
		"H-36, H-39: POST /login with a wrong password is the same, by %s",
		async (identifier) => {
			const seen = await seenWith("/login", kinds, (person) => ({
				fields: { username: person[identifier], password: "not the password" },
				inboxes: [person.email],
			}))
			expect([seen.form.status, seen.json.status, seen.hashes]).toEqual([401, 401, 2])
			for (const { kind, mails } of [seen, ...seen.known]) expect([kind, mails]).toEqual([kind, [0]])
		},
	)

	it.runIf(config.verification.enabled)(
		"H-37, H-39: POST /register with an address is the same, and each inbox gets its mails",
		async () => {
			const seen = await seenWith("/register", owners, ({ email }) => ({
				fields: registrationOf({ ...somebody(), email }),
				formFields: registrationOf({ ...somebody(), email }),
				inboxes: [email],
			}))
			expect([seen.form.status, seen.json.status, seen.hashes]).toEqual([303, 201, 2])
			for (const { kind, mails } of [seen, ...seen.known]) expect([kind, mails]).toEqual([kind, [2]])
		},
	)

	it.runIf(config.verification.enabled)(
		"H-38, H-39: POST /verify/resend is the same; only who needs a link gets one",
		async () => {
			const seen = await seenWith("/verify/resend", kinds, ({ email }) => ({
				fields: { email },
				inboxes: [email],
			}))
			expect([seen.form.status, seen.json.status, seen.hashes]).toEqual([303, 202, 0])
			for (const { kind, mails } of [seen, ...seen.known])
				expect([kind, mails]).toEqual([kind, kind === "unverified" ? [2] : [0]])
		},
	)

	it.runIf(config.passwordReset.enabled).each(["username", "email"] as const)(
		"H-38, H-39: POST /forgot-password is the same, by %s; only who has an account gets a link",
		async (identifier) => {
			const seen = await seenWith("/forgot-password", kinds, (person) => ({
				fields: { email: person[identifier] },
				inboxes: [person.email],
			}))
			expect([seen.form.status, seen.json.status, seen.hashes]).toEqual([303, 202, 0])
			for (const { kind, mails } of [seen, ...seen.known])
				expect([kind, mails]).toEqual([kind, Object.hasOwn(owners, kind) ? [2] : [0]])
		},
	)

	it("H-38, H-39: POST /account/email is the same for an address that is taken; both inboxes get a mail", async () => {
		const seen = await seenWith("/account/email", owners, async ({ email }) => {
			const { person, cookie } = await newAccount(server, mailbox)
			const fields = { email, current_password: person.password }
			return { fields, headers: { Cookie: cookie }, inboxes: [email, person.email] }
		})
		expect([seen.form.status, seen.json.status, seen.hashes]).toEqual([303, 202, 2])
		expect(seen.mails[0]).toBeGreaterThan(0)
		for (const { kind, mails } of seen.known) expect([kind, mails]).toEqual([kind, seen.mails])
	})
})
