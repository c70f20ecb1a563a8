import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import { config } from "../auth.config"
import { db, inTransaction, openDatabase } from "../db/client.server"
import { type Compose, Delivery } from "./delivery.server"
import { HELD_SECONDS } from "./lease.server"
import { enqueueMail, releaseMail } from "./outbox.server"
import type { Transport } from "./transport.server"

const start = new Date("2026-01-01T12:00:00.000Z")
const { retryDelaysSeconds, maxAgeSeconds, timeoutSeconds } = config.mail
const user = { id: "user-1", email: "ada@example.org" }
const compose: Compose = async () => ({ subject: "s", html: "<p>h</p>", text: "t" })

let clock = start
let sent: string[] = []
let rehearsed = 0
let fail: (() => Error) | null = null

const transport: Transport = {
	async send(to) {
		if (fail) throw fail()
		sent.push(to)
	},
	async rehearse() {
		if (fail) throw fail()
		rehearsed++
	},
}

const away = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ESOCKET" })
const refused = () => Object.assign(new Error("550"), { command: "RCPT TO", response: "550 No" })

beforeAll(openDatabase)
beforeEach(async () => {
	await db.outboxMail.deleteMany()
	clock = start
	sent = []
	rehearsed = 0
	fail = null
})

/** As a process of its own would. @returns how many mails it took */
async function deliver(changes: { compose?: Compose; transport?: Transport } = {}): Promise<number> {
	const delivery = new Delivery({ compose, transport, now: () => clock, ...changes })
	await delivery.begin()
	const { length } = delivery.underWay
	await delivery.allDone()
	return length
}

function at(seconds: number): Date {
	return new Date(start.getTime() + seconds * 1000)
}

async function row() {
	return db.outboxMail.findFirstOrThrow()
}

describe("a mail in the outbox", () => {
	it("is sent once, and keeps neither link nor text", async () => {
		await enqueueMail({ kind: "verify", user, now: start })
		expect(await deliver()).toBe(1)
		expect(await deliver()).toBe(0)
		expect(sent).toEqual(["ada@example.org"])
		expect(await row()).toMatchObject({ attempts: 1, sentAt: start, failedAt: null })
	})

	it.each([
		["a day", 86_400],
		["some minutes", 300],
	])(
		"that is to be tried again at a time by a clock that was ahead by %s is tried once the clock is right",
		async (_, seconds) => {
			clock = at(seconds)
			await enqueueMail({ kind: "verify", user, now: clock })
			fail = away
			expect(await deliver()).toBe(1)
			fail = null
			clock = start
			expect(await deliver()).toBe(1)
			expect(sent).toEqual(["ada@example.org"])
		},
	)

	it("that is held waits for its release, or for its time to be over", async () => {
		const id = await enqueueMail({ kind: "password_changed", user, now: start, isHeld: true })
		await enqueueMail({ kind: "email_changed", user, now: start, isHeld: true })
		clock = at(HELD_SECONDS - 1)
		expect(await deliver()).toBe(0)
		await releaseMail(id, start)
		expect(await deliver()).toBe(1)
		clock = at(HELD_SECONDS)
		expect(await deliver()).toBe(1)
		expect(sent).toEqual(["ada@example.org", "ada@example.org"])
	})

	it("H-81: for nobody is composed and rehearsed like any other, and nothing is left of it", async () => {
		await inTransaction((transaction) => enqueueMail({ kind: "reset", user: null, now: start }, transaction))
		let composed = 0
		const composing: Compose = (mail, now) => {
			composed++
			return compose(mail, now)
		}
		expect(await deliver({ compose: composing })).toBe(1)
		expect([composed, rehearsed, sent]).toEqual([1, 1, []])
		expect(await db.outboxMail.count()).toBe(0)
	})

	it("H-81: for nobody waits like any other while the mail server is away, and nothing is left of it in the end", async () => {
		await inTransaction((transaction) => enqueueMail({ kind: "reset", user: null, now: start }, transaction))
		fail = away
		await deliver()
		expect(await row()).toMatchObject({ attempts: 1, nextAttemptAt: at(retryDelaysSeconds[0] ?? 0) })
		clock = at(maxAgeSeconds + 1)
		await deliver()
		expect(await db.outboxMail.count()).toBe(0)
	})

	it("is not there when its transaction rolls back", async () => {
		const undone = inTransaction(async (transaction) => {
			await enqueueMail({ kind: "verify", user, now: start }, transaction)
			throw new Error("undone")
		})
		await expect(undone).rejects.toThrow("undone")
		expect(await deliver()).toBe(0)
		expect(sent).toEqual([])
	})

	it("that has nothing left to say is dropped without being sent", async () => {
		await enqueueMail({ kind: "verify", user, now: start })
		await deliver({ compose: async () => null })
		expect(sent).toEqual([])
		expect(await db.outboxMail.count()).toBe(0)
	})

	it("waits until it is due", async () => {
		await enqueueMail({ kind: "verify", user, now: at(60) })
		expect(await deliver()).toBe(0)
		clock = at(60)
		expect(await deliver()).toBe(1)
	})

	it("does not hold up the others when it fails", async () => {
		for (const name of ["a", "b", "c"])
			await enqueueMail({ kind: "verify", user: { id: name, email: `${name}@example.org` }, now: start })
		const choosy: Transport = {
			...transport,
			send: async (to, message) =>
				to.startsWith("b") ? Promise.reject(away()) : transport.send(to, message),
		}
		await deliver({ transport: choosy })
		expect(sent.sort()).toEqual(["a@example.org", "c@example.org"])
	})
})

describe("H-62: while the mail server is away", () => {
	it("a mail is tried again after each pause, and no earlier", async () => {
		await enqueueMail({ kind: "verify", user, now: start })
		fail = away
		let seconds = 0
		const pauses = [...retryDelaysSeconds, retryDelaysSeconds.at(-1) ?? 0]
		for (const [index, pause] of pauses.entries()) {
			expect(await deliver()).toBe(1)
			expect(await row()).toMatchObject({ attempts: index + 1, nextAttemptAt: at(seconds + pause) })
			clock = at(seconds + pause - 1)
			expect(await deliver()).toBe(0)
			seconds += pause
			clock = at(seconds)
		}
		fail = null
		expect(await deliver()).toBe(1)
		expect(sent).toEqual(["ada@example.org"])
		expect(await row()).toMatchObject({ sentAt: clock, failedAt: null })
	})

	it("a mail that is too old is given up for good", async () => {
		await enqueueMail({ kind: "verify", user, now: start })
		fail = away
		clock = at(maxAgeSeconds)
		await deliver()
		expect((await row()).failedAt).toBeNull()
		clock = at(maxAgeSeconds + 3 * 60 * 60)
		await deliver()
		expect(await row()).toMatchObject({ failedAt: clock, sentAt: null })
		fail = null
		clock = at(2 * maxAgeSeconds)
		expect(await deliver()).toBe(0)
		expect(sent).toEqual([])
	})

	it("a mail that was refused for good is given up at once", async () => {
		await enqueueMail({ kind: "verify", user, now: start })
		fail = refused
		await deliver()
		expect(await row()).toMatchObject({ attempts: 1, failedAt: start, sentAt: null })
	})
})

describe("two processes at one outbox", () => {
	it("send each mail once", async () => {
		for (let number = 0; number < 8; number++)
			await enqueueMail({
				kind: "verify",
				user: { id: `${number}`, email: `${number}@example.org` },
				now: start,
			})
		const slow: Transport = {
			...transport,
			async send(to, message) {
				await new Promise((resolve) => setTimeout(resolve, 20))
				await transport.send(to, message)
			},
		}
		await Promise.all([
			deliver({ transport: slow }),
			deliver({ transport: slow }),
			deliver({ transport: slow }),
		])
		expect(sent.sort()).toEqual(Array.from({ length: 8 }, (_, number) => `${number}@example.org`))
		expect((await db.outboxMail.findMany()).map(({ attempts }) => attempts)).toEqual(Array(8).fill(1))
	})

	it("H-67: leave a mail to the one that took it, until its time is over", async () => {
		await enqueueMail({ kind: "verify", user, now: start })
		const dies = new Promise<never>(() => {})
		void deliver({ transport: { ...transport, send: () => dies } })
		await expect.poll(async () => (await row()).attempts).toBe(1)
		clock = at(timeoutSeconds)
		expect(await deliver()).toBe(0)
		clock = at(timeoutSeconds + (retryDelaysSeconds[0] ?? 0))
		expect(await deliver()).toBe(1)
		expect(sent).toEqual(["ada@example.org"])
	})

	it("H-67: whose time is over says nothing of a mail that another one has: it stays with that one, or sent", async () => {
		await enqueueMail({ kind: "verify", user, now: start })
		const late: ((error: Error) => void)[] = []
		const hangs = () => new Promise<never>((_, reject) => late.push(reject))
		const held = () => deliver({ transport: { ...transport, send: hangs } })
		const lease = timeoutSeconds + (retryDelaysSeconds[0] ?? 0)
		const first = held()
		await expect.poll(() => late.length).toBe(1)
		clock = at(lease)
		const second = held()
		await expect.poll(() => late.length).toBe(2)
		const { nextAttemptAt } = await row()
		late[0]?.(refused())
		await first
		expect(await row()).toMatchObject({ attempts: 2, nextAttemptAt, failedAt: null })
		clock = nextAttemptAt
		expect(await deliver()).toBe(1)
		late[1]?.(refused())
		await second
		expect(await row()).toMatchObject({ attempts: 3, sentAt: clock, failedAt: null })
		expect(sent).toEqual(["ada@example.org"])
	})
})
