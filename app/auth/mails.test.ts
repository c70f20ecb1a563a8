import { randomUUID } from "node:crypto"
import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../auth.config"
import { db, openDatabase } from "../db/client.server"
import type { MailKind, OutboxMail } from "../mail/outbox.server"
import { composeMail } from "./mails.server"
import type { User } from "./user/user.server"

const now = new Date("2026-01-01T12:00:00.000Z")

beforeAll(async () => {
	config.verification.enabled = true
	config.passwordReset.enabled = true
	await openDatabase()
})

/** An account as it is when its mail is sent. */
async function account(changes: Partial<User> = {}): Promise<User> {
	const id = randomUUID()
	const email = `${id}@example.org`
	const [username, usernameKey] = [`u${id.slice(0, 8)}`, `u${id.slice(0, 8)}`]
	const address = { email, emailKey: email, ownedEmailKey: email }
	const data = {
		id,
		username,
		usernameKey,
		...address,
		passwordHash: "-",
		emailVerifiedAt: now,
		createdAt: now,
	}
	return db.user.create({ data: { ...data, updatedAt: now, ...changes } })
}

const unproven = { emailVerifiedAt: null, ownedEmailKey: null }
const asked = { resetRequestedAt: now }
const moving = { pendingEmail: "new@example.org", pendingEmailKey: "new@example.org", pendingEmailAt: now }

function compose(kind: MailKind, user: User, mail: Partial<OutboxMail> = {}) {
	const to = kind === "email_change" ? (user.pendingEmail ?? "") : user.email
	const row = {
		id: randomUUID(),
		kind,
		userId: user.id,
		to,
		createdAt: now,
		nextAttemptAt: now,
		sentAt: null,
	}
	return composeMail({ ...row, ...mail } as OutboxMail, now)
}

describe.each<{
	kind: MailKind
	due: Partial<User>
	isLate?: Partial<User>
	isDueWhenInactive?: true
	path?: string
}>([
	{ kind: "verify", due: unproven, isLate: { emailVerifiedAt: now }, path: "/verify?" },
	{ kind: "reset", due: asked, isLate: { resetRequestedAt: null }, path: "/reset-password?" },
	{ kind: "password_changed", due: {} },
	{
		kind: "email_change",
		due: moving,
		isLate: { pendingEmail: null, pendingEmailKey: null },
		path: "/account/email/confirm?",
	},
	{ kind: "email_change_requested", due: moving },
	// Whoever takes an account away may deactivate it as well.
	{ kind: "email_changed", due: {}, isDueWhenInactive: true },
])("the mail $kind", ({ kind, due, isLate, isDueWhenInactive = false, path }) => {
	it("says something of its own, in both forms, with a link of APP_URL where it has one", async () => {
		const message = await compose(kind, await account(due))
		expect(message?.subject).toMatch(/\S/)
		expect(message?.html).toContain("<h1")
		const links = [...(message?.text.matchAll(/https?:\/\/\S+/g) ?? [])].map(([link]) => link)
		for (const link of links) expect(link).toMatch(/^http:\/\/kit\.test\//)
		if (path) expect(links.filter((link) => link.startsWith(`http://kit.test${path}`))).toHaveLength(1)
	})

	it("is not sent once there is nothing left to say", async () => {
		const whole = await account(due)
		expect(await compose(kind, whole)).not.toBeNull()
		if (isLate) {
			await db.user.update({ where: { id: whole.id }, data: isLate })
			expect(await compose(kind, whole)).toBeNull()
		}
		expect((await compose(kind, await account({ ...due, active: false }))) !== null).toBe(isDueWhenInactive)
		expect(await compose(kind, whole, { userId: randomUUID() })).toBeNull()
	})

	it("H-81: is composed for nobody, too, where one is pretended", async () => {
		const whole = await account(due)
		expect(await compose(kind, whole, { userId: null, to: "" })).toMatchObject({
			subject: (await compose(kind, whole))?.subject,
		})
	})
})

it.each<{ kind: MailKind; due: Partial<User> }>([
	{ kind: "verify", due: unproven },
	{ kind: "reset", due: asked },
	{ kind: "password_changed", due: {} },
	{ kind: "email_change", due: moving },
])("the mail $kind goes to nobody whose address is another by now", async ({ kind, due }) => {
	expect(await compose(kind, await account(due), { to: "before@example.org" })).toBeNull()
})

it("H-80: of an address that is somebody's by now, the owner is told, and nobody gets a link to another account", async () => {
	const owner = await account()
	const address = { email: owner.email, emailKey: owner.emailKey }
	const rival = await account({ ...unproven, ...address })
	const told = await compose("verify", rival)
	expect(told?.text).not.toContain("/verify?")
	expect(told?.text).not.toContain(rival.username)
	const { emailKey } = owner
	const mover = await account({ pendingEmail: owner.email, pendingEmailKey: emailKey, pendingEmailAt: now })
	const taken = await compose("email_change", mover)
	expect(taken?.text).not.toContain("/account/email/confirm?")
	expect(await compose("reset", await account({ ...unproven, ...address, resetRequestedAt: now }))).toBeNull()
})
