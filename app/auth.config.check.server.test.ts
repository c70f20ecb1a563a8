import { describe, expect, it } from "vitest"
import { config } from "./auth.config"
import { checkConfig } from "./auth.config.check.server"
import { StartError } from "./start-error"

/** The configuration with one setting changed, named by its path. */
function changed(path: string, value: unknown): unknown {
	const copy: Record<string, unknown> = structuredClone(config)
	const names = path.split(".")
	const last = names.pop() ?? ""
	let place = copy
	for (const name of names) place = place[name] as Record<string, unknown>
	place[last] = value
	return copy
}

const DAYS_25_SECONDS = 25 * 24 * 60 * 60

describe("the configuration", () => {
	it("is accepted as it is shipped", () => {
		expect(() => checkConfig(config)).not.toThrow()
	})

	it.each([
		["limits.wrongPasswordPerAccount.durationSeconds", DAYS_25_SECONDS],
		["limits.wrongPasswordPerAccount.durationSeconds", 2 ** 31],
		["limits.wrongPasswordPerAccount.durationSeconds", 0],
		["limits.wrongPasswordPerAccount.durationSeconds", -1],
		["limits.wrongPasswordPerAccount.durationSeconds", 0.5],
		["limits.wrongPasswordPerAccount.durationSeconds", Number.NaN],
		["limits.wrongPasswordPerAccount.durationSeconds", Number.POSITIVE_INFINITY],
		["limits.wrongPasswordPerAccount.durationSeconds", "900"],
		["limits.wrongPasswordPerAccount.points", 0],
		["limits.wrongPasswordPerClient.points", -10],
		["limits.registrationPerClient.points", 1.5],
		["limits.mailPerMailbox.points", Number.NaN],
		["limits.mailPerClient.points", undefined],
		["limits.mailPerMailbox.durationSeconds", null],
		["session.expirySeconds", 0],
		["session.expirySeconds", config.session.maxExpirySeconds + 1],
		["session.cookieName", "a b"],
		["session.cookieName", "__Host-id; Domain=x"],
		["password.minCodePoints", 7],
		["password.minCodePoints", 257],
		["password.maxCodePoints", 63],
		["password.maxCodePoints", 1_000_000],
		["password.minGuesses", -1],
		["password.minGuesses", 1_000_000_000],
		["password.maxWaitingHashes", 0],
		["session.cookieName", "notice"],
		["username.minLength", 33],
		["username.maxLength", 65],
		["verification.periodSeconds", 0],
		["verification.enabled", "yes"],
		["login.redirectTo", "https://evil.test/"],
		["login.redirectTo", "//evil.test"],
		["logout.redirectTo", "/\\evil.test"],
		["server.maxBodyBytes", 0],
		["server.requestTimeoutSeconds", Number.NaN],
		["mail.retryDelaysSeconds", []],
		["styles.light.text_color", "red;}</style>"],
		["appName", ""],
		["tagline", ""],
		["footerLinks.privacy", "javascript:alert(1)"],
	])("H-50: stops the start when %s is %j, and says so in one line", (path, value) => {
		let message = ""
		try {
			checkConfig(changed(path, value))
		} catch (error) {
			expect(error).toBeInstanceOf(StartError)
			message = (error as StartError).message
		}
		expect(message).toMatch(/^app\/auth\.config\.ts: /)
		expect(message).toContain(path)
		expect(message).not.toContain("\n")
	})

	it("stops the start when a setting is not known, so that a misspelt one is not ignored", () => {
		expect(() =>
			checkConfig(changed("limits.wrongPaswordPerAccount", { points: 1, durationSeconds: 1 })),
		).toThrow(/limits.*wrongPaswordPerAccount/)
	})
})
