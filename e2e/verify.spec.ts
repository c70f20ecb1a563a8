import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { expectAccessibleInBothSchemes } from "./support/axe"
import { clientOf, linkFields, type Person, registerUnverified } from "./support/client"
import { forgeLink } from "./support/forge"
import type { Row } from "./support/rows"
import type { TestServer } from "./support/server"

test.skip(!config.verification.enabled, "addresses are not verified")

function isVerified(server: TestServer, { email }: Person): boolean {
	const row = server.database.prepare("SELECT emailVerifiedAt FROM User WHERE email = ?").get(email)
	return (row as { emailVerifiedAt: unknown }).emailVerifiedAt !== null
}

test("H-23: opening the link changes nothing; its button confirms the address, once", async ({
	page,
	open,
	server,
	mailbox,
	person,
}) => {
	const { url: link } = await registerUnverified(server, mailbox, person)
	await open(link)
	await open(link)
	expect(isVerified(server, person)).toBe(false)
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("status")).toHaveText("Your address is confirmed. You can sign in now.")
	expect(isVerified(server, person)).toBe(true)

	await open(link)
	await expect(page.getByRole("alert")).toContainText("This link does not work")
	await expect(page.getByRole("button", { name: "Confirm my address" })).toHaveCount(0)
	await page.getByRole("link", { name: "Get a new link" }).click()
	await expect(page).toHaveURL("/verify/resend")
})

test("a link that was used between opening and pressing says so", async ({
	page,
	open,
	server,
	mailbox,
	person,
}) => {
	const { url: link } = await registerUnverified(server, mailbox, person)
	await open(link)
	const used = await clientOf(server).postJson("/verify", linkFields(link))
	expect(used.status).toBe(200)
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("alert")).toContainText("This link does not work")
	await expect(page.getByRole("alert")).toBeFocused()
})

test("a broken link offers a new one", async ({ page, open }) => {
	for (const path of ["/verify", "/verify?user_id=1&timestamp=2&signature=3"]) {
		await open(path)
		await expect(page.getByRole("alert")).toContainText("This link does not work")
		await expect(page.getByRole("link", { name: "Get a new link" })).toBeVisible()
	}
})

test("H-38: a new link is promised to everybody, and mailed to who needs it", async ({
	page,
	open,
	server,
	mailbox,
	member,
	person,
}) => {
	const { url: first } = await registerUnverified(server, mailbox, person)
	const mailsToMember = mailbox.mails.filter(({ envelope }) => envelope.to.includes(member.email)).length
	for (const email of [person.email, member.email, "nobody@example.org"]) {
		await open("/verify/resend")
		await page.getByLabel("E-mail address").fill(email)
		await page.getByRole("button", { name: "Send the link" }).click()
		await expect(page).toHaveURL(config.verification.redirectTo)
		await expect(page.getByRole("status")).toHaveText(
			"If an account with this address still needs it, a new link is on its way.",
		)
	}
	const second = (await mailbox.next(person.email)).links[0] ?? ""
	expect(second).toContain("signature=")
	expect(first).toContain("signature=")
	await open(second)
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("status")).toContainText("confirmed")
	expect(mailbox.mails.filter(({ envelope }) => envelope.to.includes("nobody@example.org"))).toEqual([])
	expect(mailbox.mails.filter(({ envelope }) => envelope.to.includes(member.email))).toHaveLength(
		mailsToMember,
	)
})

test("what cannot be an address is said at the field, and kept", async ({ page, open }) => {
	await open("/verify/resend")
	await page.getByLabel("E-mail address").fill("nobody at all")
	await page.getByRole("button", { name: "Send the link" }).click()
	await expect(page.getByRole("alert")).toBeFocused()
	await expect(page.getByLabel("E-mail address")).toHaveValue("nobody at all")
	await expect(page.getByLabel("E-mail address")).toHaveAccessibleDescription(/Enter one e-mail address/)
	await page.getByRole("alert").getByRole("link", { name: "E-mail address" }).click()
	await expect(page.getByLabel("E-mail address")).toBeFocused()
})

test("a link that is too old says so, and offers another", async ({
	page,
	open,
	server,
	mailbox,
	person,
	javaScriptEnabled,
}) => {
	await registerUnverified(server, mailbox, person)
	const row = server.database.prepare("SELECT * FROM User WHERE email = ?").get(person.email) as Row
	const link = forgeLink(server.secret, row, { ageSeconds: config.verification.periodSeconds + 60 })
	await open(`/verify?${new URLSearchParams(link)}`)
	await expect(page.getByRole("alert")).toContainText("This link is too old.")
	await expectAccessibleInBothSchemes(page, javaScriptEnabled)
	await page.getByRole("link", { name: "Get a new link" }).click()
	await expect(page).toHaveURL("/verify/resend")
})
