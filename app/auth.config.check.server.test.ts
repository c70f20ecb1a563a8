import { describe, expect, it } from "vitest"
import { config } from "./auth.config"
import { checkConfig } from "./auth.config.check.server"
import { StartError } from "./start-error"

/** The configuration with one setting changed, named by its path. */
function changed(path: string, value: unknown, from: unknown = config): unknown {
	const copy = structuredClone(from) as Record<string, unknown>
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
		["limits.mailPerClient.blockSeconds", 0],
		["limits.mailPerClient.blockSeconds", DAYS_25_SECONDS],
		["limits.mailPerClient.blockSeconds", null],
		["session.expirySeconds", 0],
		["session.expirySeconds", config.session.maxExpirySeconds + 1],
		["session.cookieName", "a b"],
		["session.cookieName", "__Host-id; Domain=x"],
		["password.minCodePoints", 7],
		["password.minCodePoints", 257],
		["password.maxCodePoints", 63],
		["password.maxCodePoints", 1_000_000],
		["password.minGuesses", -1],
		["password.minGuesses", 0.5],
		["password.maxHashWaitSeconds", 0],
		["password.maxHashWaitSeconds", 11],
		["mail.pollSeconds", 0.05],
		["mail.pollSeconds", 61],
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

	it.each([
		["registration.enabled", "no"],
		["registration.readOnly", null],
		["registration.passwordConfirm", undefined],
		["registration.userDefaults", []],
		["registration.userDefaults", null],
		["registration.redirectTo", "https://elsewhere.example"],
		["verification.oneTimeUse", 1],
		["verification.url", "/verify"],
		["verification.url", "http://shop.example.org/verify"],
		["verification.url", "http://localhost.evil.example/verify"],
		["verification.url", "https://ada:secret@shop.example.org/"],
		["verification.url", "javascript:alert(1)"],
		["verification.autoLogin", true],
		["passwordReset.enabled", 0],
		["logout.clearSiteData", ["everything"]],
		["logout.clearSiteData", "cookies"],
	])("X1: stops the start when %s is %j, in one line that names it", (path, value) => {
		expect(() => checkConfig(changed(path, value))).toThrow(
			new RegExp(`^app/auth\\.config\\.ts: ${path.replaceAll(".", "\\.")}[. ][^\\n]*$`),
		)
	})

	it.each([
		["R12", "registration.signIn", { "registration.signIn": true, "verification.enabled": true }],
		[
			"V5, V6",
			"verification.autoLogin",
			{ "verification.autoLogin": "always", "verification.oneTimeUse": false },
		],
		["S2", "session.expirySeconds", { "session.expirySeconds": 61, "session.maxExpirySeconds": 60 }],
		["R9", "password.minCodePoints", { "password.minCodePoints": 100, "password.maxCodePoints": 64 }],
		["R9", "password.minGuesses", { "password.minGuesses": 10 ** 9, "password.minCodePoints": 8 }],
		["R1", "username.minLength", { "username.minLength": 10, "username.maxLength": 9 }],
	])("X1, %s: stops the start when %s contradicts another setting", (_row, named, changes) => {
		let contradictory: unknown = config
		for (const [path, value] of Object.entries(changes)) contradictory = changed(path, value, contradictory)
		expect(() => checkConfig(contradictory)).toThrow(
			new RegExp(`^app/auth\\.config\\.ts: ${named.replaceAll(".", "\\.")} [^\\n]*$`),
		)
	})

	it.each([
		["verification.url", "https://shop.example.org/verify?lang=en"],
		["verification.url", "http://localhost:5173/#/verify"],
		["verification.url", undefined],
		["logout.clearSiteData", ["cache", "cookies", "storage"]],
		["limits.mailPerClient.blockSeconds", 3600],
		["registration.userDefaults", {}],
		["verification.oneTimeUse", false],
	])("X1: is accepted when %s is %j", (path, value) => {
		expect(() => checkConfig(changed(path, value))).not.toThrow()
	})

	it("stops the start when a setting is not known, so that a misspelt one is not ignored", () => {
		expect(() =>
			checkConfig(changed("limits.wrongPaswordPerAccount", { points: 1, durationSeconds: 1 })),
		).toThrow(/limits.*wrongPaswordPerAccount/)
	})
})
