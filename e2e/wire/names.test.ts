import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem } from "../support/answers"
import { clientOf, linkFields, registerVerified, registrationOf, somebody } from "../support/client"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

function registering(changes: Record<string, string>) {
	const fields = registrationOf({ ...somebody(), ...changes })
	// Refusals cost nothing, but what is accepted counts per client address.
	return clientOf(server).postJson("/register", fields)
}

async function expectRefusedField(name: string, values: string[]) {
	const before = rowsOf(server)
	for (const value of values) {
		const answer = await registering({ [name]: value })
		expect([value, answer.status]).toEqual([value, 422])
		expectProblem(answer, 422, "validation_failed")
		expect(Object.keys(answer.json.errors)).toEqual([name])
	}
	expect(rowsOf(server)).toEqual(before)
}

describe("H-43: user names that look like others, or like nothing", () => {
	it("H-43: are refused: other scripts, full width, marks, invisible and control characters", async () => {
		await expectRefusedField("username", [
			"ＡＤＭＩＮ",
			"\u0430dmin",
			"adm\u0131n",
			"stra\u00dfe",
			"\u0130stanbul",
			"\u212aelvin",
			"ad\u200bmin",
			"ad\u00admin",
			"\u202enimda",
			"ad\u2066min",
			"ad\ufeffmin",
			"admin\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
			"ad\ud800min",
			"\udc00admin",
			"ad\0min",
			"ad\u0007min",
			"ad\u0085min",
			"ad\u009fmin",
			"ad\r\nmin",
			"ad\u2028min",
			`a${"\u0301".repeat(1000)}`,
			"e\u0301lodie",
			"\u00e9lodie",
			"admin.",
			".admin",
			"ad min",
			"ad@min",
			"<script>",
			"=?utf-8?Q?=0d=0aBcc?=",
		])
	})

	it("H-43: that differ in letter case only are one name, at registration and at sign-in", async () => {
		const { username, password } = await registerVerified(server, mailbox)
		const taken = await registering({ username: username.toUpperCase() })
		expect(Object.keys(taken.json.errors)).toEqual(["username"])
		for (const spelling of [username.toUpperCase(), ` ${username}\t`, `\ufeff${username}`]) {
			const answer = await clientOf(server).postJson("/login", { username: spelling, password })
			expect([answer.status, answer.json.user?.username]).toEqual([200, username])
		}
	})

	it("H-43: odd ones at sign-in are nobody's, or too long, but never an error", async () => {
		const odd = [
			"ＡＤＭＩＮ",
			"ad\0min",
			"ad\ud800min",
			"\u202e",
			"%",
			"_",
			"' OR 1=1 --",
			"*",
			"a@",
			"@",
			"a@\0",
		]
		for (const username of odd) {
			const answer = await clientOf(server).postJson("/login", {
				username,
				password: "not the password",
			})
			expect([username, answer.status]).toEqual([username, 401])
		}
		const long = { username: `a${"\u0301".repeat(1000)}`, password: "not the password" }
		expectProblem(await clientOf(server).postJson("/login", long), 422, "validation_failed")
	})
})

describe("H-44: mail addresses that are not exactly one", () => {
	const label = "a".repeat(63)

	it("H-44: are refused", async () => {
		await expectRefusedField("email", [
			"a",
			"a@",
			"@x.test",
			"a@x.test,b@y.test",
			"a@x.test;b@y.test",
			"a@x.test b@y.test",
			"a@x.test\r\nBcc: e@e.test",
			"a@x.test\nBcc:e@e.test",
			"a@x.test%0aBcc:e@e.test",
			"a%0a@x.test",
			`"e@e.test x"@kit.test`,
			`"a b"@x.test`,
			"a@x.test(e@e.test)",
			"(c)a@x.test",
			"N <a@x.test>",
			"<a@x.test>",
			"g:a@x.test;",
			"a@[127.0.0.1]",
			"a@[IPv6:::1]",
			"a@127.0.0.1",
			"a@localhost",
			"@e.test:a@x.test",
			"a@x.test\0e",
			"a\0@x.test",
			"a＠e.test@x.test",
			"a＠x.test",
			"a..b@x.test",
			".a@x.test",
			"a.@x.test",
			"a@-x.test",
			"a@x-.test",
			"a@x..test",
			"a@.x.test",
			"a@x.test.",
			" a@x.test",
			"a@x.test ",
			"a@x.test\t",
			"a@x_y.test",
			"a@xn--a.test",
			"a@xn--zzzzzzzzz99999.test",
			"a!b@x.test",
			"a|b@x.test",
			"a`b@x.test",
			"a\\b@x.test",
			"ä@x.test",
			"a@x\u00ad.test",
			"a@ｘ.test",
			"a@x。test",
			"a@x.te\u200bst",
			"a@x\ud800.test",
			"a@bu\u0308cher.example",
			`${"a".repeat(65)}@x.test`,
			`a@${`${label}.`.repeat(4)}test`,
			`a@${label}a.test`,
			`a@b@x.test`,
		])
	})

	it.runIf(config.verification.enabled)(
		"H-44: that are one reach one mailbox, and nothing else",
		async () => {
			const accepted: [typed: string, address: string][] = [
				["Ada.Lovelace+tag@Example.ORG", "Ada.Lovelace+tag@example.org"],
				["o'brien@example.org", "o'brien@example.org"],
				["ada@b\u00fccher.example", "ada@xn--bcher-kva.example"],
				[`${"l".repeat(64)}@example.org`, `${"l".repeat(64)}@example.org`],
				["a=b@sub.sub.example.org", "a=b@sub.sub.example.org"],
			]
			for (const [typed, address] of accepted) {
				const answer = await registering({ email: typed })
				expect([typed, answer.status, answer.json.user?.email]).toEqual([typed, 201, address])
				// The mail server reads Punycode back.
				const received = address.replace("xn--bcher-kva", "b\u00fccher")
				const mail = await mailbox.next(received)
				expect(mail.envelope.to).toEqual([received])
				expect(mail.raw.replace(/\r\n[ \t]+/g, " ")).toContain(`\r\nTo: ${address}\r\n`)
				expect(mail.raw.match(/^(to|cc|bcc):/gim)).toEqual(["To:"])
			}
		},
	)

	it.runIf(config.verification.enabled)(
		"H-43: an international domain is one with its Punycode, at registration and at sign-in",
		async () => {
			const name = somebody().username
			const typed = `${name}@m\u00fcller.example`
			const { password } = somebody()
			const email = `${name}@xn--mller-kva.example`
			expect((await registering({ username: name, email })).status).toBe(201)
			const link = linkFields((await mailbox.next(typed)).links[0] ?? "")
			expect((await clientOf(server).postJson("/verify", link)).status).toBe(200)
			const login = { username: typed, password }
			expect((await clientOf(server).postJson("/login", login)).status).toBe(200)
			const again = await registering({ email: typed.toUpperCase() })
			expect(again.status).toBe(201)
			const shouted = typed.replace(name, name.toUpperCase())
			expect((await mailbox.next(shouted)).links.join()).not.toContain("signature=")
		},
	)
})
