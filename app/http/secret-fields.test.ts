import type { ActionFunctionArgs } from "@remix-run/node"
import { describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { log } from "../log.server"
import { describeFields } from "./form-description.server"
import { read, refuse } from "./submission.server"

/** A field that is secret by what its schema says; its name tells nobody. */
const schema = z.object({
	pin: z
		.string()
		.regex(/^\d{6}$/, "Use six digits.")
		.meta({ secret: true }),
	recovery: z.string().meta({ secret: true }).optional(),
	name: z.string(),
})

const SECRET = "12ab secret"

function submit(fields: Record<string, string>, json: boolean) {
	const request = new Request("http://kit.test/", {
		method: "POST",
		headers: { "Content-Type": json ? "application/json" : "application/x-www-form-urlencoded" },
		body: json ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
	})
	return read({ request, params: {}, context: { json } } as unknown as ActionFunctionArgs, schema)
}

describe("a field that its schema calls secret", () => {
	it.each([false, true])("is never shown again, when the form is refused (JSON: %s)", async (json) => {
		const written = vi.spyOn(process.stdout, "write")
		const logged = vi.spyOn(log, "info")
		const submission = await submit({ pin: SECRET, name: "Ada" }, json)
		expect(submission.ok).toBe(false)
		if (submission.ok) return
		expect(submission.answer.data.typed).toEqual({ name: "Ada" })
		expect(submission.answer.data.problem.errors).toEqual({ pin: ["Use six digits."] })
		expect(JSON.stringify(submission.answer)).not.toContain(SECRET)
		expect(JSON.stringify([written.mock.calls, logged.mock.calls])).not.toContain(SECRET)
		vi.restoreAllMocks()
	})

	it.each([false, true])("is never shown again, when the domain says no (JSON: %s)", async (json) => {
		const submission = await submit({ pin: "123456", recovery: SECRET, name: "Ada" }, json)
		expect(submission.ok).toBe(true)
		if (!submission.ok) return
		expect(submission.value).toEqual({ pin: "123456", recovery: SECRET, name: "Ada" })
		expect(submission.typed).toEqual({ name: "Ada" })
		expect(JSON.stringify(refuse("credentials_invalid", submission))).not.toMatch(/123456|secret/)
	})

	it("is described as one to type unseen, and with no default", () => {
		expect(describeFields(schema)).toEqual([
			{ name: "pin", type: "password", required: true },
			{ name: "recovery", type: "password", required: false },
			{ name: "name", type: "text", required: true },
		])
	})
})
