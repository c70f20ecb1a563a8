import { afterEach, describe, expect, it } from "vitest"
import { config } from "../auth.config"
import { verification } from "../auth.events.server"
import { checkVerificationUrl, type Verification, verificationUrl } from "./verification-url.server"

const link = { user_id: "an-id", timestamp: "1767225600", signature: "a-signature" }
const settings: Verification = verification
const shipped = { ...settings, url: config.verification.url }

afterEach(() => {
	settings.buildUrl = shipped.buildUrl
	config.verification.url = shipped.url
})

describe("V4: where the link to confirm an address leads", () => {
	it("V4: to our own page, by APP_URL, when nothing else is said", () => {
		config.verification.url = undefined
		expect(verificationUrl(link)).toBe(`http://kit.test/verify?${new URLSearchParams(link)}`)
		expect(checkVerificationUrl).not.toThrow()
	})

	it("V4: to verification.url, whose own query stays", () => {
		config.verification.url = "https://shop.example.org/hello?lang=en&user_id=forged"
		const url = new URL(verificationUrl({ ...link, redirect_to: "/a?b=c" }))
		expect(url.origin + url.pathname).toBe("https://shop.example.org/hello")
		expect(Object.fromEntries(url.searchParams)).toEqual({ lang: "en", ...link, redirect_to: "/a?b=c" })
		expect(url.searchParams.getAll("user_id")).toEqual([link.user_id])
	})

	it("V4: to what verification.buildUrl makes of its parameters", () => {
		settings.buildUrl = ({ user_id, timestamp, signature }) =>
			`https://shop.example.org/#/verify/${user_id}/${timestamp}/${signature}`
		expect(verificationUrl(link)).toBe("https://shop.example.org/#/verify/an-id/1767225600/a-signature")
		expect(checkVerificationUrl).not.toThrow()
		settings.buildUrl = ({ user_id }) => `http://kit.test/own/${user_id}`
		expect(checkVerificationUrl).not.toThrow()
	})
})

describe("X1: a link that leads nowhere stops the start", () => {
	it.each([
		["no address", () => "/verify"],
		["http", () => "http://shop.example.org/verify"],
		["another host that begins like ours", () => "http://kit.test.evil.example/verify"],
		["a script", () => "javascript:alert(1)"],
		["undefined", () => undefined as unknown as string],
	])("V4: buildUrl returns %s", (_what, buildUrl) => {
		settings.buildUrl = buildUrl
		expect(checkVerificationUrl).toThrow(
			/^app\/auth\.events\.server\.ts: what verification\.buildUrl returns must be an https address/,
		)
	})

	it("V4: buildUrl throws", () => {
		settings.buildUrl = () => {
			throw new Error("secret")
		}
		expect(checkVerificationUrl).toThrow("app/auth.events.server.ts: verification.buildUrl fails")
	})

	it("V4: both settings say where", () => {
		settings.buildUrl = () => "https://shop.example.org/"
		config.verification.url = "https://shop.example.org/"
		expect(checkVerificationUrl).toThrow(
			"app/auth.config.ts: verification.url has no effect beside verification.buildUrl",
		)
	})
})
