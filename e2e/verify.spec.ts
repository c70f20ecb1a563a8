import type { Page } from "@playwright/test"
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

/** As if the browser were the one that registered. */
async function keepCookie(page: Page, server: TestServer, cookie: string): Promise<void> {
	const [name = "", value = ""] = cookie.split("=")
	await page.context().addCookies([{ name, value, url: server.url }])
}

test("H-23: opening the link changes nothing; its button confirms the address, once", async ({
	page,
	open,
	server,
	mailbox,
	person,
}) => {
	const { url: link, cookie } = await registerUnverified(server, mailbox, person)
	await keepCookie(page, server, cookie)
	await open(link)
	await open(link)
	expect(isVerified(server, person)).toBe(false)
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
	expect(isVerified(server, person)).toBe(true)

	await open(link)
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your address is confirmed")
	await expect(page.getByRole("button", { name: "Confirm my address" })).toHaveCount(0)
	await page.getByRole("link", { name: "Continue" }).click()
	await expect(page).toHaveURL(config.login.redirectTo)
})

test("H-80: in another browser the link asks for the password, and then signs in", async ({
	page,
	open,
	server,
	mailbox,
	person,
	javaScriptEnabled,
}) => {
	const { url: link } = await registerUnverified(server, mailbox, person)
	await open(link)
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Did you create this account?")
	await expect(page.getByRole("main")).toContainText(person.username)
	await expectAccessibleInBothSchemes(page, javaScriptEnabled)
	const password = page.getByLabel("Password", { exact: true })
	await password.fill("a wrong password")
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("alert")).toHaveText("That isn't the password of this account.")
	await expect(password).toHaveValue("")
	expect(isVerified(server, person)).toBe(false)
	await password.fill(person.password)
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
	expect(isVerified(server, person)).toBe(true)
})

test("H-80: a scanner that opens the link and presses every button confirms and removes nothing", async ({
	page,
	open,
	server,
	mailbox,
	person,
}) => {
	const { url: link } = await registerUnverified(server, mailbox, person)
	await open(link)
	const buttons = await page.getByRole("main").locator("button[type=submit], button:not([type])").count()
	expect(buttons).toBe(2)
	for (let index = 0; index < buttons; index++) {
		await open(link)
		await page.getByRole("main").locator("button[type=submit], button:not([type])").nth(index).click()
		await expect(page.locator("main input[aria-invalid]")).toBeFocused()
	}
	expect(isVerified(server, person)).toBe(false)
	expect(await page.context().cookies()).toEqual([])
})

test("H-80: who did not register removes the account by a tick and a press", async ({
	page,
	open,
	server,
	mailbox,
	person,
}) => {
	const { url: link } = await registerUnverified(server, mailbox, person)
	await open(link)
	await page.getByLabel("Yes, remove this account").check()
	await page.getByRole("button", { name: "Remove the account" }).click()
	await expect(page.getByRole("status")).toHaveText(
		"The account was removed. Your address isn't used here any more.",
	)
	expect(server.database.prepare("SELECT id FROM User WHERE email = ?").get(person.email)).toBeUndefined()
})

test("two forms on one page keep what went wrong, ids, passwords and pending state apart", async ({
	page,
	open,
	server,
	mailbox,
	person,
	javaScriptEnabled,
}) => {
	const { url: link } = await registerUnverified(server, mailbox, person)
	await open(link)
	const ids = await page.locator("main [id]").evaluateAll((elements) => elements.map(({ id }) => id))
	expect(new Set(ids).size).toBe(ids.length)
	const password = page.getByLabel("Password", { exact: true })
	const box = page.getByLabel("Yes, remove this account")
	const confirm = page.locator("form#confirm button[type=submit]")
	const remove = page.locator("form#not-me button[type=submit]")

	await password.fill(person.password)
	let release = () => {}
	if (javaScriptEnabled) {
		const released = new Promise<void>((resolve) => {
			release = resolve
		})
		await page.route("**/verify**", (route) => released.then(() => route.continue()))
	}
	await remove.click()
	if (javaScriptEnabled) {
		await expect(remove).toHaveText("Removing…")
		await expect(remove).toHaveAttribute("aria-disabled", "true")
		await expect(confirm).toHaveText("Confirm my address")
		await expect(confirm).not.toHaveAttribute("aria-disabled", "true")
		release()
	}
	await expect(box).toBeFocused()
	await expect(box).toHaveAccessibleDescription("Tick this box to go ahead.")
	await expect(password).not.toHaveAttribute("aria-invalid", "true")
	// What was typed into the other form is wiped only where the whole page is loaded anew.
	await expect(password).toHaveValue(javaScriptEnabled ? person.password : "")

	await box.check()
	await password.fill("")
	await confirm.click()
	await expect(password).toBeFocused()
	await expect(password).toHaveAccessibleDescription("Enter your password.")
	await expect(box).not.toHaveAttribute("aria-invalid", "true")
	await expect(page.getByRole("alert")).toHaveCount(0)
})

test("a link that was used between opening and pressing has done its work", async ({
	page,
	open,
	server,
	mailbox,
	person,
}) => {
	const { url: link, cookie } = await registerUnverified(server, mailbox, person)
	await keepCookie(page, server, cookie)
	await open(link)
	const used = await clientOf(server).postJson("/verify", linkFields(link))
	expect(used.status).toBe(200)
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your address is confirmed")
	await expect(page).toHaveTitle(/^Confirm your address/)
	await page.getByRole("main").getByRole("link", { name: "Sign in" }).click()
	await expect(page).toHaveURL("/login")
})

test("a broken link offers a new one", async ({ page, open }) => {
	for (const path of ["/verify", "/verify?user_id=1&timestamp=2&signature=3"]) {
		await open(path)
		await expect(page.getByRole("alert")).toContainText("This link doesn't work")
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
	const { url: first, cookie } = await registerUnverified(server, mailbox, person)
	await keepCookie(page, server, cookie)
	const mailsToMember = mailbox.mails.filter(({ envelope }) => envelope.to.includes(member.email)).length
	for (const email of [person.email, member.email, "nobody@example.org"]) {
		await open("/verify/resend")
		await page.getByLabel("E-mail address").fill(email)
		await page.getByRole("button", { name: "Send the link" }).click()
		await expect(page).toHaveURL("/verify/sent")
		await expect(page.getByRole("main")).toContainText(`Open it to confirm ${email}`)
	}
	const second = (await mailbox.next(person.email)).links[0] ?? ""
	expect(second).toContain("signature=")
	expect(first).toContain("signature=")
	await open(second)
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
	expect(mailbox.mails.filter(({ envelope }) => envelope.to.includes("nobody@example.org"))).toEqual([])
	expect(mailbox.mails.filter(({ envelope }) => envelope.to.includes(member.email))).toHaveLength(
		mailsToMember,
	)
})

test("what cannot be an address is said at the field, and kept", async ({ page, open }) => {
	await open("/verify/resend")
	await page.getByLabel("E-mail address").fill("nobody at all")
	await page.getByRole("button", { name: "Send the link" }).click()
	await expect(page.getByLabel("E-mail address")).toBeFocused()
	await expect(page.getByLabel("E-mail address")).toHaveValue("nobody at all")
	await expect(page.getByLabel("E-mail address")).toHaveAccessibleDescription(
		/Enter a valid e-mail address, like/,
	)
	await expect(page.getByRole("alert")).toHaveCount(0)
})

test("a link that is too old says so, and sends another by one press", async ({
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
	await expect(page.getByRole("alert")).toContainText("This link has expired.")
	await expectAccessibleInBothSchemes(page, javaScriptEnabled)
	await page.getByRole("button", { name: "Send me a new link" }).click()
	await expect(page).toHaveURL("/verify/sent")
	await expect(page.getByRole("main")).toContainText(person.email)
	expect((await mailbox.next(person.email)).links[0]).toContain("signature=")
})
