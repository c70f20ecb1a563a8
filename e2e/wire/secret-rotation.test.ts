import { randomBytes } from "node:crypto"
import { expect, it } from "vitest"
import { clientOf, newSession, registerUnverified, registerVerified } from "../support/client"
import { startServer } from "../support/server"
import { mailboxFixture, withVerification } from "../support/server-fixture"

const mailbox = mailboxFixture()
const start = (databaseUrl?: string, env: Record<string, string> = {}) =>
	startServer({ databaseUrl, settings: withVerification, env: { SMTP_URL: mailbox.url, ...env } })
const newSecret = () => randomBytes(32).toString("base64")

it("a new SECRET, with the old one in SECRET_PREVIOUS: sessions go on, and what marks a browser still counts", async () => {
	const server = await start()
	const cookie = await newSession(server, await registerVerified(server, mailbox))
	const waiting = await registerUnverified(server, mailbox)
	await server.stop()

	const rotated = await start(server.databaseUrl, { SECRET_PREVIOUS: server.secret })
	const late = await registerUnverified(rotated, mailbox)
	try {
		expect((await clientOf(rotated).getJson("/account", { Cookie: cookie })).status).toBe(200)
		// Without the mark, the password is asked for.
		const { link } = waiting
		expect((await clientOf(rotated).postForm("/verify", link)).status).toBe(422)
		const confirmed = await clientOf(rotated).postForm("/verify", link, { Cookie: waiting.cookie })
		expect(confirmed.status).toBe(303)
	} finally {
		await rotated.stop()
	}

	const afterwards = await start(server.databaseUrl, { SECRET: rotated.secret })
	try {
		const confirmed = await clientOf(afterwards).postForm("/verify", late.link, { Cookie: late.cookie })
		expect(confirmed.status).toBe(303)
	} finally {
		await afterwards.stop()
	}
})

it("a new SECRET that all nodes know before any of them signs with it: at no moment is a link refused", async () => {
	const [old, fresh] = [newSecret(), newSecret()]
	const first = await start(undefined, { SECRET: old, SECRET_PREVIOUS: fresh })
	const second = await start(first.databaseUrl, { SECRET: fresh, SECRET_PREVIOUS: old })
	try {
		for (const [one, other] of [
			[first, second],
			[second, first],
		] as const) {
			const { link, cookie } = await registerUnverified(one, mailbox)
			const confirmed = await clientOf(other).postForm("/verify", link, { Cookie: cookie })
			expect(confirmed.status).toBe(303)
		}
	} finally {
		await Promise.all([first.stop(), second.stop()])
	}
})
