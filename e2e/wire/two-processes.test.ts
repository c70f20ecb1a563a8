import { describe, expect, it } from "vitest"
import { clientOf, newSession, registerVerified } from "../support/client"
import { until } from "../support/faults"
import { startServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

describe("two processes on one database", () => {
	it("never take each other's last superuser away", async () => {
		const other = await startServer({
			databaseUrl: server.databaseUrl,
			env: { SECRET: server.secret, SMTP_URL: mailbox.url },
		})
		const people = [await registerVerified(server, mailbox), await registerVerified(server, mailbox)]
		const ids = people.map(({ username }) =>
			server.database.prepare(`SELECT id FROM "User" WHERE username = ?`).pluck().get(username),
		)
		const promote = server.database.prepare(`UPDATE "User" SET superuser = username IN (?, ?)`)
		const count = server.database.prepare(`SELECT count(*) FROM "User" WHERE superuser`).pluck()
		for (let round = 0; round < 8; round++) {
			promote.run(people[0]?.username, people[1]?.username)
			const cookies = await Promise.all(people.map((person) => newSession(server, person)))
			const demoted = await Promise.all(
				[server, other].map(({ url }, index) =>
					clientOf({ url }).send(`/users/${ids[1 - index]}`, {
						method: "PATCH",
						headers: { "Content-Type": "application/json", Cookie: cookies[index] ?? "" },
						body: JSON.stringify({ superuser: false }),
					}),
				),
			)
			expect(count.get()).toBe(1)
			// The other one was no superuser any more, or the last one.
			expect(demoted.map(({ status }) => status).sort()[0]).toBe(200)
		}
		await until(() => server.logLines().every(({ event }) => event !== "request.failed"), 1)
		await other.stop()
	})
})
