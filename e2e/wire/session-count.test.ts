import { expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, newSession, registerVerified } from "../support/client"
import { userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const { maxPerAccount } = config.session

it("an account has a bounded number of sessions: the oldest ends, and nobody else's", async () => {
	const person = await registerVerified(server, mailbox)
	const other = await registerVerified(server, mailbox)
	const account = async (Cookie: string) => (await clientOf(server).getJson("/account", { Cookie })).status
	const [oldest, second, others] = [
		await newSession(server, person),
		await newSession(server, person),
		await newSession(server, other),
	]
	const { id } = userRow(server, person.username)
	const fill =
		server.database.prepare(`INSERT INTO "Session" SELECT 'copy-' || ?, "userId", "backend", "epoch",
		"expiresAt", "absoluteExpiresAt", ?, "lastSeenAt", "address", "userAgent" FROM "Session" WHERE "userId" = ? LIMIT 1`)
	for (let count = 2; count < maxPerAccount; count++) fill.run(count, new Date().toISOString(), id)
	const sessions = server.database.prepare(`SELECT count(*) FROM "Session" WHERE "userId" = ?`).pluck()
	expect(sessions.get(id)).toBe(maxPerAccount)
	expect(await account(oldest)).toBe(200)

	const newest = await newSession(server, person)
	expect(sessions.get(id)).toBe(maxPerAccount)
	expect(await Promise.all([oldest, second, newest, others].map(account))).toEqual([401, 200, 200, 200])
	await newSession(server, person)
	expect(await account(second)).toBe(401)
})
