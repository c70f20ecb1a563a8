import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { newAccount } from "../support/accounts"
import { expectRefused, getPageAndJson, postFormAndJson } from "../support/answers"
import { clientOf, type LinkFields, longEnough, registerUnverified, somebody } from "../support/client"
import { comparable } from "../support/comparable"
import { forgeLink } from "../support/forge"
import { type Row, rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const NEW = longEnough("staple lantern orbit")

type Purpose = "verify" | "reset" | "email_change"

/** One of each kind that is mailed, and somebody else's. */
const kinds: { purpose: Purpose; path: string; isOn: boolean; also: Record<string, string> }[] = [
	{ purpose: "verify", path: "/verify", isOn: config.verification.enabled, also: {} },
	{
		purpose: "reset",
		path: "/reset-password",
		isOn: config.passwordReset.enabled,
		also: { password: NEW, confirm_password: NEW },
	},
	{ purpose: "email_change", path: "/account/email/confirm", isOn: true, also: {} },
]

/** Somebody to whom such a link was mailed, with the link. */
async function mailed(purpose: Purpose): Promise<{ link: LinkFields; user: Row }> {
	const username = purpose === "verify" ? await newcomer() : await member(purpose)
	const user = userRow(server, username)
	return { link: forgeLink(server.secret, user, { purpose }), user }
}

async function newcomer(): Promise<string> {
	return (await registerUnverified(server, mailbox)).person.username
}

async function member(purpose: Purpose): Promise<string> {
	const { person, cookie } = await newAccount(server, mailbox)
	const { username, email, password } = person
	if (purpose === "reset") await clientOf(server).postJson("/forgot-password", { email })
	else {
		const change = { email: somebody().email, current_password: password }
		await clientOf(server).postJson("/account/email", change, { Cookie: cookie })
	}
	const since = () => userRow(server, username)[purpose === "reset" ? "resetRequestedAt" : "pendingEmailAt"]
	while (since() === null) await new Promise((resolve) => setTimeout(resolve, 20))
	return username
}

function variants(
	{ link, user }: { link: LinkFields; user: Row },
	other: LinkFields,
	purpose: Purpose,
): [what: string, fields: Record<string, string>][] {
	const { signature, timestamp, user_id } = link
	const last = signature.at(-1) ?? ""
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	// 43 characters are 258 bits: the last character has two that mean nothing.
	const sameBits = alphabet[alphabet.indexOf(last) ^ 1] ?? ""
	const withUser = (value: string): [string, Record<string, string>] => [
		`user_id ${value}`,
		{ ...link, user_id: value },
	]
	const withTime = (value: string): [string, Record<string, string>] => [
		`timestamp ${value}`,
		{ ...link, timestamp: value },
	]
	const signed = (what: string, value: string): [string, Record<string, string>] => [
		what,
		{ ...link, signature: value },
	]
	return [
		...["user_id", "timestamp", "signature"].flatMap((name): [string, Record<string, string>][] => [
			[`no ${name}`, Object.fromEntries(Object.entries(link).filter(([key]) => key !== name))],
			[`blank ${name}`, { ...link, [name]: "" }],
			[`${name} undefined`, { ...link, [name]: "undefined" }],
			[`${name} with a space`, { ...link, [name]: ` ${link[name as keyof LinkFields]}` }],
			[`${name} with a NUL`, { ...link, [name]: `${link[name as keyof LinkFields]}\0` }],
			[`${name} with a line break`, { ...link, [name]: `${link[name as keyof LinkFields]}\n` }],
		]),
		...["1", "01", "1.0", " 1", "１", user_id.toUpperCase(), `{${user_id}}`, other.user_id].map(withUser),
		...["-1", "0", "1e10", `${timestamp}000`, `0${timestamp}`, `+${timestamp}`, `${timestamp}.0`].map(
			withTime,
		),
		...["9007199254740992", "０", "NaN", String(Number(timestamp) + 1)].map(withTime),
		...Array.from({ length: 42 }, (_, index) =>
			signed(`cut by ${index + 1}`, signature.slice(0, -index - 1)),
		),
		signed("extended", `${signature}A`),
		signed("padded", `${signature}=`),
		signed("same bits in another spelling", signature.slice(0, -1) + sameBits),
		signed("standard alphabet", `${signature.slice(0, 40)}+/+`),
		signed("hex", Buffer.from(signature, "base64url").toString("hex").toUpperCase()),
		signed("of another user", other.signature),
		...kinds
			.filter((kind) => kind.purpose !== purpose)
			.map((kind) =>
				signed(`for ${kind.path}`, forgeLink(server.secret, user, { purpose: kind.purpose }).signature),
			),
		signed("upper case", signature.toUpperCase()),
		["from the future", forgeLink(server.secret, user, { ageSeconds: -90, purpose })],
		["fields shifted", { ...link, user_id: user_id + timestamp[0], timestamp: timestamp.slice(1) }],
	]
}

describe.each(kinds.filter(({ isOn }) => isOn))(
	"H-35: a link to $path that was tampered with",
	({ purpose, path, also }) => {
		let link: LinkFields
		let user: Row
		let other: LinkFields
		const tampered = () => variants({ link, user }, other, purpose)

		beforeAll(async () => {
			;({ link, user } = await mailed(purpose))
			other = (await mailed(purpose)).link
		})

		it("H-35: is refused with one and the same answer, whatever was done to it", async () => {
			const before = rowsOf(server)
			const client = clientOf(server)
			const bodies = new Set<string>()
			for (const [what, fields] of tampered()) {
				const posted = await client.postJson(path, { ...also, ...fields })
				expect([what, posted.status, posted.json.code]).toEqual([what, 400, "link_invalid"])
				const opened = await client.getJson(`${path}?${new URLSearchParams(fields)}`)
				expect([what, opened.status]).toEqual([what, 400])
				for (const answer of [posted, opened]) bodies.add(comparable(answer, []).text)
			}
			expect(bodies.size).toBe(1)
			expect(rowsOf(server)).toEqual(before)
		})

		it("H-35: is refused on the page too", async () => {
			for (const [, fields] of tampered().filter((_, index) => index % 9 === 0)) {
				expectRefused(await postFormAndJson(server, path, { ...also, ...fields }), 400, "link_invalid")
				expectRefused(
					await getPageAndJson(server, `${path}?${new URLSearchParams(fields)}`),
					400,
					"link_invalid",
				)
			}
		})

		it("H-35: with a parameter of another type or case is refused", async () => {
			const before = rowsOf(server)
			const client = clientOf(server)
			const values = [null, 0, true, [], {}, { contains: "-" }, { not: "" }]
			for (const name of ["user_id", "timestamp", "signature"] as const) {
				for (const value of [...values, [link[name]]]) {
					const answer = await client.postJson(path, { ...also, ...link, [name]: value })
					expect([name, value, answer.status, answer.json.code]).toEqual([name, value, 400, "link_invalid"])
				}
				const { [name]: value, ...rest } = link
				const upper = await client.postJson(path, { ...also, ...rest, [name.toUpperCase()]: value })
				expect([upper.status, upper.json.code]).toEqual([400, "link_invalid"])
				const brackets = await client.getJson(
					`${path}?${new URLSearchParams({ ...rest, [`${name}[]`]: value })}`,
				)
				expect([brackets.status, brackets.json.code]).toEqual([400, "link_invalid"])
			}
			const asNumber = await client.postJson(path, { ...also, ...link, timestamp: Number(link.timestamp) })
			expect([asNumber.status, asNumber.json.code]).toEqual([400, "link_invalid"])
			expect(rowsOf(server)).toEqual(before)
		})

		it("H-35: with a parameter given twice is refused", async () => {
			const before = rowsOf(server)
			for (const name of ["user_id", "timestamp", "signature"] as const) {
				const twice = `${new URLSearchParams(link)}&${name}=${link[name]}`
				expectRefused(await getPageAndJson(server, `${path}?${twice}`), 400, "link_invalid")
				const client = clientOf(server)
				// In a body the contract's rule for every field comes first: 422 on that field.
				const posted = await client.send(path, {
					method: "POST",
					headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
					body: `${twice}&${new URLSearchParams(also)}`,
				})
				expect([posted.status, Object.keys(posted.json.errors)]).toEqual([422, [name]])
			}
			expect(rowsOf(server)).toEqual(before)
		})

		it("H-35: does no harm to the genuine one", async () => {
			expect((await clientOf(server).postJson(path, { ...also, ...link })).status).toBe(200)
		})

		it("H-35: is never repeated in the log, nor is a genuine one", () => {
			expect(server.output()).not.toContain(link.signature)
			expect(server.output()).not.toContain(other.signature)
		})
	},
)
