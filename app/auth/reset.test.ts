import { beforeAll, expect, it } from "vitest"
import { db, openDatabase } from "../db/client.server"
import { finishAfterAnswers } from "./after-answer.server"
import type { Caller } from "./caller"
import { on } from "./event.server"
import { openLink } from "./link.server"
import { hashPassword } from "./password/hashing.server"
import { requestReset } from "./reset.server"
import { createUser } from "./user/user.server"

const now = new Date("2026-01-01T12:00:00.000Z")
const caller: Caller = { address: "192.0.2.1", userAgent: "test", now }

beforeAll(openDatabase)

it("E1: who asks for a new password is told of, with a link that works", async () => {
	const hashed = await hashPassword("correct horse battery")
	const profile = { username: "ada", email: { address: "ada@example.org", key: "ada@example.org" } }
	const passwordHash = hashed.ok ? hashed.passwordHash : ""
	await createUser(profile as never, { passwordHash, mail: null, emailVerifiedAt: now, now })
	const told: [id: string, link: string][] = []
	on("password.reset_requested", (user, { link = "" }) => told.push([user.id, link]))

	expect(await requestReset({ email: "ada@example.org" }, null, caller)).toEqual({ ok: true })
	expect(await requestReset({ email: "nobody@example.org" }, null, caller)).toEqual({ ok: true })
	await finishAfterAnswers()
	await finishAfterAnswers()

	expect(told).toHaveLength(1)
	const [[id, link] = ["", ""]] = told
	expect(link).toMatch(/^http:\/\/kit\.test\/reset-password\?user_id=/)
	const opened = await openLink("reset", Object.fromEntries(new URL(link).searchParams), now)
	expect(opened).toMatchObject({ ok: true, user: { id } })
	expect(await db.outboxMail.count({ where: { kind: "reset", userId: id } })).toBe(1)
})
