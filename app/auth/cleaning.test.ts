import { afterEach, beforeAll, expect, it } from "vitest"
import { config } from "../auth.config"
import { db, openDatabase } from "../db/client.server"
import { clean } from "./cleaning.server"

const { keepSeconds } = config.mail
const NOW = new Date("2026-01-31T12:00:00Z")
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000)

beforeAll(openDatabase)
afterEach(() => {
	config.mail.keepSeconds = keepSeconds
})

it("mail.keepSeconds: mails are kept that long after they were sent or given up, and those that wait for good", async () => {
	config.mail.keepSeconds = 100
	const mail = { kind: "verify", to: "ada@example.org", createdAt: ago(500), nextAttemptAt: ago(500) }
	await db.outboxMail.createMany({
		data: [
			{ ...mail, id: "sent long ago", sentAt: ago(101) },
			{ ...mail, id: "given up long ago", failedAt: ago(101) },
			{ ...mail, id: "sent", sentAt: ago(99) },
			{ ...mail, id: "given up", failedAt: ago(99) },
			{ ...mail, id: "waits" },
		],
	})
	expect((await clean(NOW)).mails).toBe(2)
	const left = await db.outboxMail.findMany({ orderBy: { id: "asc" } })
	expect(left.map(({ id }) => id)).toEqual(["given up", "sent", "waits"])
})
