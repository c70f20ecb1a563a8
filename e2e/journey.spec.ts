import type { Page } from "@playwright/test"
import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { expectAccessibleInBothSchemes } from "./support/axe"
import { COOKIE, clientOf, type Person, register, registrationOf, somebody } from "./support/client"
import { fill } from "./support/states.mjs"

test.skip(!config.verification.enabled, "addresses are not verified")
test.skip(config.registration.redirectTo !== undefined, "registering leads elsewhere")

async function registerOnPage(page: Page, person: Person): Promise<void> {
	await fill(page, registrationOf(person))
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check your mail")
}

test("from the home page to the account: three clicks, four fields and the mail", async ({
	page,
	open,
	person,
	mailbox,
}) => {
	let clicks = 0
	let fields = 0
	const click = async (role: "link" | "button", name: string) => {
		clicks++
		await page.getByRole(role, { name, exact: true }).click()
	}
	await open("/")
	await click("link", "Create an account")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Create an account")
	for (const [name, value] of Object.entries(registrationOf(person))) {
		fields++
		await fill(page, { [name]: value })
	}
	await click("button", "Create account")
	await expect(page).toHaveURL("/verify/sent")
	await open((await mailbox.next(person.email)).links[0] ?? "")
	await click("button", "Confirm my address")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account")
	await expect(page).toHaveURL("/account")
	await expect(page.getByRole("status")).toHaveText("Your address is confirmed, and your account is ready.")
	await expect(page.getByRole("main")).toContainText(`${person.email} confirmed`)
	expect({ clicks, fields }).toEqual({ clicks: 3, fields: Object.keys(registrationOf(person)).length })
})

test("Check your mail shows what was typed, stays through a reload, and sends again by one press", async ({
	page,
	open,
	person,
	mailbox,
	javaScriptEnabled,
}) => {
	const email = person.email.replace("p", "P")
	await open("/register")
	await registerOnPage(page, { ...person, email })
	expect(page.url()).not.toContain(person.username)
	for (const _ of ["first", "reloaded"]) {
		await expect(page.getByRole("main")).toContainText(`We've sent a link to ${email}.`)
		await expect(page.getByRole("main")).toContainText("spam folder")
		await expect(page.getByRole("link", { name: "inbox" })).toHaveCount(0)
		await page.reload()
	}
	await expectAccessibleInBothSchemes(page, javaScriptEnabled)
	await mailbox.next(email)
	await page.getByRole("button", { name: "Send it again" }).click()
	await expect(page.getByRole("status")).toContainText("A new link is on its way")
	await expect(page).toHaveURL("/verify/sent")
	await expect(page.getByRole("main")).toContainText(`We've sent a link to ${email}.`)
	await open((await mailbox.next(email)).links[0] ?? "")
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
})

test("Wrong address? Start over: with the same name, and the right address", async ({
	page,
	open,
	person,
	mailbox,
}) => {
	await open("/register?redirect_to=/account")
	await registerOnPage(page, { ...person, email: somebody().email })
	await page.getByRole("link", { name: "Start over" }).click()
	await expect(page).toHaveURL("/register?redirect_to=%2Faccount")
	await registerOnPage(page, person)
	await open((await mailbox.next(person.email)).links[0] ?? "")
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account")
})

test("the right password of an unconfirmed address is no fault: one press sends the link, and it needs no password here", async ({
	page,
	open,
	person,
	server,
	mailbox,
	javaScriptEnabled,
}) => {
	await register(server, person)
	await mailbox.next(person.email)
	// Somebody else waits for the address, too: the link is for who gave the password.
	const rival = { ...somebody(), email: person.email }
	await register(server, rival)
	await mailbox.next(person.email)
	await open("/login?redirect_to=%2Faccount")
	await fill(page, { username: person.username, password: person.password })
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("One step left")
	if (javaScriptEnabled) await expect(page.getByRole("heading", { level: 1 })).toBeFocused()
	await expect(page.getByRole("alert")).toHaveCount(0)
	await expect(page.getByRole("main")).toContainText(person.email)
	await expect(page.locator("main input:visible")).toHaveCount(0)
	await expectAccessibleInBothSchemes(page, javaScriptEnabled)
	expect(await page.context().cookies()).toEqual([])
	await page.getByRole("button", { name: "Send me the link" }).click()
	await expect(page).toHaveURL("/verify/sent")
	await expect(page.getByRole("main")).toContainText(`We've sent a link to ${person.email}.`)
	await open((await mailbox.next(person.email)).links[0] ?? "")
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page).toHaveURL("/account")
	await expect(page.getByRole("main")).toContainText(person.username)
})

test("in another browser, who does not know the password chooses a new one", async ({
	page,
	open,
	person,
	server,
	mailbox,
	javaScriptEnabled,
}) => {
	test.skip(!config.passwordReset.enabled, "passwords are not reset by mail")
	await register(server, person)
	const link = (await mailbox.next(person.email)).links[0] ?? ""
	await open(link)
	await expect(page.getByRole("main")).toContainText(person.email)
	await page.getByRole("link", { name: "Forgot it?" }).click()
	await page.getByLabel("User name or e-mail").fill(person.email)
	await page.getByRole("button", { name: "Send the link" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check your mail")
	await open((await mailbox.next(person.email)).links[0] ?? "")
	await fill(page, { password: `${person.password}!`, confirm_password: `${person.password}!` })
	await page.locator("main button[type=submit]").click()

	await expect(page).toHaveURL("/login")
	await expect(page.getByLabel("User name or e-mail")).toHaveValue(person.username)
	await expect(page.getByLabel("Password", { exact: true })).toBeFocused()
	if (javaScriptEnabled) await expect(page.getByRole("status")).toBeVisible()
	await page.keyboard.type(`${person.password}!`)
	await page.keyboard.press("Enter")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
	await page.context().clearCookies({ name: COOKIE })
	await open("/login")
	await expect(page.getByLabel("User name or e-mail")).toHaveValue("")

	await open(link)
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your address is confirmed")
	await page.getByRole("main").getByRole("link", { name: "Sign in" }).click()
	await expect(page).toHaveURL("/login")
})

test("the sign-in page says why one is there", async ({ page, open, signIn, member, server }) => {
	await open("/login")
	await expect(page.getByRole("main")).not.toContainText("to continue")
	await open("/account")
	await expect(page).toHaveURL("/login?redirect_to=%2Faccount")
	await expect(page.getByRole("main")).toContainText("Sign in to continue.")

	await signIn(member)
	const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ")
	await clientOf(server).postJson("/logout", {}, { Cookie: cookie })
	await page.getByRole("link", { name: "Your account" }).click()
	await expect(page).toHaveURL("/login?redirect_to=%2Faccount")
	await expect(page.getByRole("status")).toHaveText("Your session has ended. Sign in again to continue.")
	await expect(page.getByRole("main")).not.toContainText("Sign in to continue.")
	await fill(page, { username: member.username, password: member.password })
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account")
})
