import { describe, expect, it } from "vitest"
import { config } from "../auth.config"
import { checkLink, type LinkParameters, parseLink, signLink } from "./link.server"
import type { User } from "./user/user.server"

const PERIOD_SECONDS = config.verification.periodSeconds
const now = new Date("2026-01-01T12:00:00.000Z")
const user = {
	id: "6f1f9f3e-8a53-4b8e-9d7e-0c2f6a1b2c3d",
	username: "ada",
	usernameKey: "ada",
	email: "ada@example.org",
	emailKey: "ada@example.org",
	passwordHash: "-",
	ownedEmailKey: null,
	emailVerifiedAt: null,
	unprovenUntil: null,
	resetRequestedAt: null,
	pendingEmail: null,
	pendingEmailKey: null,
	pendingEmailAt: null,
	active: true,
	superuser: false,
	epoch: 0,
	createdAt: now,
	updatedAt: now,
	lastSignedInAt: null,
} as User

function check(link: LinkParameters, of: User = user, secondsLater = 0) {
	return checkLink("verify", link, of, new Date(now.getTime() + secondsLater * 1000))
}

describe("a signed link", () => {
	const link = signLink("verify", user, now)

	it("is valid for its user, and has only what the contract says", () => {
		expect(check(link)).toBe("valid")
		expect(Object.keys(link)).toEqual(["user_id", "timestamp", "signature"])
		expect(link.signature).toMatch(/^[A-Za-z0-9_-]{43}$/)
		expect(link.timestamp).toBe("1767268800")
	})

	it("lives to the second, and says that it is too old only then", () => {
		expect([PERIOD_SECONDS, PERIOD_SECONDS + 1].map((seconds) => check(link, user, seconds))).toEqual([
			"valid",
			"link_expired",
		])
		expect([-60, -61].map((seconds) => check(link, user, seconds))).toEqual(["valid", "link_invalid"])
	})

	it("is dead after any change of what it is about", () => {
		for (const change of [
			{ epoch: 1 },
			{ emailKey: "ada@example.com" },
			{ emailVerifiedAt: now },
			{ id: "7f1f9f3e-8a53-4b8e-9d7e-0c2f6a1b2c3d" },
		])
			expect([change, check(link, { ...user, ...change })]).toEqual([change, "link_invalid"])
	})

	it("is the same link after a change of anything else", () => {
		expect(check(link, { ...user, username: "eve", lastSignedInAt: now, superuser: true })).toBe("valid")
	})

	it("H-35: any other signature is wrong, and never `too old`", () => {
		const { signature } = link
		const others = [
			signature.slice(0, -1),
			`${signature}A`,
			`${signature}=`,
			signature.toUpperCase(),
			signature.replace(/^./, (first) => (first === "A" ? "B" : "A")),
			"A".repeat(43),
			"",
			"é".repeat(43),
		]
		for (const other of others)
			expect(check({ ...link, signature: other }, user, PERIOD_SECONDS + 1)).toBe("link_invalid")
		expect(check({ ...link, timestamp: "1767268801" }, user, PERIOD_SECONDS + 1)).toBe("link_invalid")
	})

	it("H-35: fields cannot be shifted into one another", () => {
		const shifted = { ...user, id: user.id.slice(0, -1) }
		const timestamp = `${user.id.at(-1)}${link.timestamp}`
		expect(check({ ...link, timestamp }, shifted)).toBe("link_invalid")
	})
})

describe("reading a link", () => {
	const good = { user_id: user.id, timestamp: "1767268800", signature: "a".repeat(43) }

	it("takes the three fields, and leaves the rest", () => {
		expect(parseLink({ ...good, more: "x" })).toEqual(good)
	})

	it.for([
		[
			"user_id",
			[
				undefined,
				null,
				"",
				1,
				[user.id],
				"1",
				"01",
				" 1",
				"１",
				user.id.toUpperCase(),
				`${user.id} `,
				`${user.id}0`,
			],
		],
		[
			"timestamp",
			[undefined, null, "", 0, ["1"], "-1", "1e10", "01", "1.0", " 1", "1 ", "１", "0", "9007199254740993"],
		],
		[
			"signature",
			[
				undefined,
				null,
				"",
				["a"],
				"a".repeat(42),
				"a".repeat(44),
				`${"a".repeat(42)}=`,
				`${"a".repeat(42)}+`,
				{},
			],
		],
	] as const)("H-35: refuses any other spelling of %s", ([name, values]) => {
		for (const value of values) expect([value, parseLink({ ...good, [name]: value })]).toEqual([value, null])
	})
})
