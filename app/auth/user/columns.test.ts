import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { config } from "../../auth.config"
import { registration } from "../../auth.events.server"
import { env } from "../../env.server"
import type { Registration } from "../registration"
import { checkColumns } from "./columns.server"

const shipped = { fields: { ...registration.fields }, defaults: config.registration.userDefaults }

afterEach(() => {
	registration.fields = shipped.fields
	config.registration.userDefaults = shipped.defaults
	Object.assign(env, { production: false })
})

function withFields(...names: string[]) {
	const { fields }: Registration = { fields: Object.fromEntries(names.map((name) => [name, z.string()])) }
	Object.assign(registration, { fields })
}

function withDefaults(defaults: object) {
	config.registration.userDefaults = defaults
}

describe("X1: columns that registration is to set", () => {
	it("R5, R7: are accepted as they are shipped", () => {
		expect(checkColumns).not.toThrow()
	})

	it("R5: a default that has no column stops the start", () => {
		withDefaults({ nickname: "Ada" })
		expect(checkColumns).toThrow(
			"app/auth.config.ts: registration.userDefaults.nickname is no column of User in prisma/schema.prisma (as of the last start: stop `npm run dev` and start it again)",
		)
	})

	it.each(["superuser", "passwordHash", "epoch", "id"])("R5: a default may not set %s", (name) => {
		withDefaults({ [name]: true })
		expect(checkColumns).toThrow(`registration.userDefaults.${name} is set by the account system alone`)
	})

	it("R5: active is true or false", () => {
		withDefaults({ active: "yes" })
		expect(checkColumns).toThrow("registration.userDefaults.active must be true or false")
	})

	it("R7: a field that has no column stops the start", () => {
		withFields("nickname")
		expect(checkColumns).toThrow(
			"app/auth.events.server.ts: registration.fields.nickname is no column of User in prisma/schema.prisma (as of the last start: stop `npm run dev` and start it again)",
		)
	})

	it("R7: in production, nothing is said of development", () => {
		withFields("nickname")
		Object.assign(env, { production: true })
		expect(checkColumns).toThrow(/is no column of User in prisma\/schema\.prisma$/)
	})

	it.each(["superuser", "active", "email", "passwordHash", "emailVerifiedAt"])(
		"R7: a field may not set %s",
		(name) => {
			withFields(name)
			expect(checkColumns).toThrow(`registration.fields.${name} is set by the account system alone`)
		},
	)

	it.each(["__proto__", "constructor", "sessions"])("R7: %s is no column", (name) => {
		Object.assign(registration, { fields: JSON.parse(`{"${name}":0}`) })
		expect(checkColumns).toThrow(`registration.fields.${name} is no column`)
	})
})
