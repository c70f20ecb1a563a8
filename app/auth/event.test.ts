import { beforeEach, describe, expect, it, vi } from "vitest"
import { log } from "../log.server"
import { afterAnswer, finishAfterAnswers } from "./after-answer.server"
import type { Caller } from "./caller"
import { emit, type HandledEvent, on } from "./event.server"
import type { User } from "./user/user.server"

const caller: Caller = { address: "192.0.2.1", userAgent: "test", now: new Date() }
const user = { id: "1", username: "ada" } as User
const names: HandledEvent[] = [
	"user.registered",
	"user.activated",
	"password.reset_requested",
	"password.reset",
	"user.signed_in",
	"user.signed_out",
	"user.updated",
	"user.deleted",
]
const calls: unknown[][] = []

for (const name of names) on(name, (...told) => calls.push([name, ...told]))

beforeEach(() => {
	calls.length = 0
})

describe("E1: events", () => {
	it.each(names)("E1: %s reaches its handler once, with the user and the caller", async (name) => {
		emit(name, user, caller)
		await finishAfterAnswers()
		expect(calls).toEqual([[name, user, caller]])
	})

	it("E1: a link is for the handlers only, and never in the log", async () => {
		const logged = vi.spyOn(log, "info")
		const context = { ...caller, link: "https://kit.test/reset-password?signature=x" }
		emit("password.reset_requested", user, context)
		await finishAfterAnswers()
		expect(calls).toEqual([["password.reset_requested", user, context]])
		expect(JSON.stringify(logged.mock.calls)).not.toContain("signature")
	})

	it("E1: handlers are called in order, sync and async; one that fails is logged and keeps none from its turn", async () => {
		const logged = vi.spyOn(log, "error")
		on("user.updated", async () => {
			await new Promise((resolve) => setTimeout(resolve, 30))
			calls.push(["slow"])
		})
		on("user.updated", () => {
			throw new Error("broken")
		})
		on("user.updated", () => Promise.reject(new Error("broken, too")))
		on("user.updated", () => calls.push(["last"]))
		expect(() => emit("user.updated", user, caller)).not.toThrow()
		expect(calls).toEqual([])
		await finishAfterAnswers()
		expect(calls.map(([name]) => name)).toEqual(["user.updated", "slow", "last"])
		const failures = logged.mock.calls.map(([fields]) => fields)
		expect(failures).toMatchObject([{ event: "handler.failed", of: "user.updated" }, { of: "user.updated" }])
	})

	it("E1: a server that stops waits for what a handler, and work after an answer, lead to", async () => {
		afterAnswer(async () => emit("user.registered", user, caller))
		await finishAfterAnswers()
		expect(calls).toEqual([["user.registered", user, caller]])
	})

	it("what nobody listens to is logged only", async () => {
		const logged = vi.spyOn(log, "info")
		emit("login.refused", null, caller)
		await finishAfterAnswers()
		expect(logged.mock.calls.at(-1)?.[0]).toEqual({ event: "login.refused", address: caller.address })
		expect(calls).toEqual([])
	})
})
