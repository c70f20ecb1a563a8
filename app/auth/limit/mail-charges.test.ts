import { describe, expect, it } from "vitest"
import { config } from "../../auth.config"
import { charge } from "./limit.server"
import { chargingMailbox, mailCharges, mayNotify } from "./mail-charges"

const { mailPerMailbox, mailPerMailboxAndClient, mailPerClient, mailPerNetwork, noticePerMailbox } =
	config.limits

/** @returns whether a mail goes out that was asked for by user name, or allowed by what was typed */
async function isSent(email: { key: string }, address: string, ok = true): Promise<boolean> {
	let isSent = false
	await chargingMailbox(email, { address }, async (isWithheld) => {
		isSent = ok && !isWithheld
		return { ok }
	})
	return isSent
}

async function mails(count: number, to: (index: number) => string, from: (index: number) => string) {
	let sent = 0
	for (let index = 0; index < count; index++)
		if (!(await charge(...mailCharges({ key: to(index) }, { address: from(index) })))) sent++
	return sent
}

describe("H-82: mails", () => {
	it("to a mailbox are bounded, whoever asks for them, and under whatever tag", async () => {
		const tagged = (index: number) => `one+${index}@example.org`
		const sent = await mails(40, tagged, (index) => `198.51.${index}.1`)
		expect(sent).toBe(mailPerMailbox.points)
	})

	it("to a mailbox by one client leave some for its owner", async () => {
		expect(
			await mails(
				20,
				() => "two@example.org",
				() => "192.0.2.1",
			),
		).toBe(mailPerMailboxAndClient.points)
		expect(
			await mails(
				1,
				() => "two@example.org",
				() => "192.0.3.1",
			),
		).toBe(1)
	})

	it("are counted apart from what is typed: nobody can type the count of what was found", async () => {
		const owner = { key: "found@example.org" }
		const typed = await mails(
			40,
			() => `found ${owner.key}`,
			(index) => `198.18.${index}.1`,
		)
		expect(typed).toBe(mailPerMailbox.points)
		expect(await isSent(owner, "198.18.200.1")).toBe(true)
	})

	it("by one client are bounded, and so are those by its network", async () => {
		const fresh = (index: number) => `three${index}@example.org`
		expect(await mails(mailPerClient.points + 5, fresh, () => "203.0.113.1")).toBe(mailPerClient.points)
		const others = await mails(
			2 * mailPerNetwork.points,
			(index) => `four${index}@example.org`,
			(index) => `203.0.113.${2 + (index % 200)}`,
		)
		expect(others).toBe(mailPerNetwork.points - mailPerClient.points)
	})

	it("to a mailbox by one site are those of one client, whichever of its networks asks", async () => {
		const sent = await mails(
			20,
			() => "six@example.org",
			(index) => `2001:db8:0:${index + 10}00::/64`,
		)
		expect(sent).toBe(mailPerMailboxAndClient.points)
	})

	it("whose mailbox was found, as a user name was typed, are bounded, and no answer to others shows it", async () => {
		const email = { key: "seven@example.org" }
		let sent = 0
		for (let index = 0; index < 20; index++) if (await isSent(email, `198.51.${index}.7`)) sent++
		expect(sent).toBe(mailPerMailbox.points)
		expect(
			await mails(
				1,
				() => email.key,
				() => "192.0.2.7",
			),
		).toBe(1)
	})

	it("by one client, whose mailbox was found, leave some for its owner, and what was refused does not count", async () => {
		const email = { key: "nine@example.org" }
		for (let count = 0; count < 20; count++) await isSent(email, "192.0.2.9", false)
		let sent = 0
		for (let count = 0; count < 20; count++) if (await isSent(email, "192.0.2.9")) sent++
		expect(sent).toBe(mailPerMailboxAndClient.points)
		expect(await isSent(email, "192.0.3.9")).toBe(true)
	})

	it("that could not be written do not count", async () => {
		const email = { key: "ten@example.org" }
		const broken = () =>
			chargingMailbox(email, { address: "192.0.2.10" }, () => Promise.reject(new Error("away")))
		for (let count = 0; count < 20; count++) await expect(broken()).rejects.toThrow("away")
		expect(await isSent(email, "192.0.2.10")).toBe(true)
	})

	it("that are notices count like all others, but one of each kind is sent in any case", async () => {
		const email = { key: "eight@example.org" }
		const notices = async (kind: string, count: number) => {
			let sent = 0
			for (let index = 0; index < count; index++)
				if (await mayNotify(kind, email, { address: `198.51.${index}.8` })) sent++
			return sent
		}
		expect(await isSent(email, "192.0.2.8")).toBe(true)
		expect(await notices("password_changed", 20)).toBe(mailPerMailbox.points - 1)
		expect(await notices("email_changed", 20)).toBe(noticePerMailbox.points)
	})

	it("that are notices of what one client does leave some for the mailbox's owner", async () => {
		const email = { key: "eleven@example.org" }
		let sent = 0
		for (let count = 0; count < 20; count++)
			if (await mayNotify("password_changed", email, { address: "192.0.2.11" })) sent++
		expect(sent).toBe(Math.max(noticePerMailbox.points, mailPerMailboxAndClient.points))
		expect(await isSent(email, "192.0.3.11")).toBe(true)
	})

	it("whose address is nothing but a tag are counted by it", async () => {
		expect(mailCharges({ key: "+x@example.org" }, { address: "192.0.2.9" }).at(-1)).toEqual([
			"mailPerMailbox",
			"typed +x@example.org",
			"192.0.2.9",
		])
	})
})
