import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { AFTER_REGISTERING, COOKIE, registrationOf, somebody } from "./support/client"
import { fill } from "./support/states.mjs"

const WRONG = {
	"User name": "a b",
	"E-mail address": "nobody",
	Password: "short",
	"Repeat the password": "other",
}

test("a person registers, confirms the address, signs in, sees the account and signs out", async ({
	page,
	open,
	person,
	mailbox,
}) => {
	test.skip(!config.verification.enabled, "addresses are not verified")
	await open("/register")
	await fill(page, registrationOf(person))
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page).toHaveURL(AFTER_REGISTERING)

	const mail = await mailbox.next(person.email)
	await open(mail.links[0] ?? "")
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page).toHaveURL(config.login.redirectTo)
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
	await open("/logout")
	await page.getByRole("button", { name: "Sign out" }).click()

	await page.getByLabel("User name or e-mail").fill(person.email)
	await page.getByLabel("Password", { exact: true }).fill(person.password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)

	await page.getByRole("link", { name: "Your account" }).click()
	await expect(page.getByRole("main")).toContainText(`${person.email} confirmed`)
	await page.getByRole("button", { name: "Sign out" }).click()
	await expect(page).toHaveURL(config.logout.redirectTo)
	await expect(page.getByRole("status")).toHaveText("You are signed out.")
	expect(await page.context().cookies()).not.toContainEqual(expect.objectContaining({ name: COOKIE }))
})

test("what is wrong stands beside its field and in the summary, which has focus and leads to the fields", async ({
	page,
	open,
	server,
}) => {
	await open("/register")
	for (const [label, value] of Object.entries(WRONG))
		await page.getByLabel(label, { exact: true }).fill(value)
	await page.getByRole("button", { name: "Create account" }).click()

	const summary = page.getByRole("alert")
	await expect(summary).toBeFocused()
	await expect(summary).toContainText("Something in the form needs another look.")
	for (const label of ["User name", "E-mail address", "Password"]) {
		const field = page.getByLabel(label, { exact: true })
		const sentence =
			(await summary
				.getByRole("listitem")
				.filter({ hasText: `${label}:` })
				.textContent()) ?? ""
		await expect(field).toHaveAttribute("aria-invalid", "true")
		await expect(field).toHaveAccessibleDescription(
			new RegExp(`${escaped(sentence.slice(label.length + 2))}$`),
		)
		await summary.getByRole("link", { name: label, exact: true }).click()
		await expect(field).toBeFocused()
	}
	await expect(page.getByLabel("User name")).toHaveValue("a b")
	await expect(page.getByLabel("E-mail address")).toHaveValue("nobody")
	await expect(page.getByLabel("Password", { exact: true })).toHaveValue("")
	await expect(page.getByLabel("Repeat the password", { exact: true })).toHaveValue("")
	expect(server.database.prepare("SELECT count(*) AS rows FROM User WHERE username = 'a b'").get()).toEqual({
		rows: 0,
	})
})

test("an empty form asks for every field", async ({ page, open }) => {
	await open("/register")
	await page.getByRole("button", { name: "Create account" }).click()
	for (const sentence of [
		"User name: Enter a user name.",
		"E-mail address: Enter your e-mail address.",
		"Password: Choose a password.",
		"Repeat the password: Repeat the password.",
	])
		await expect(page.getByRole("alert").getByRole("listitem").filter({ hasText: sentence })).toBeVisible()
	const fields = Object.keys(registrationOf(somebody()))
	await expect(page.getByRole("alert").getByRole("listitem")).toHaveCount(fields.length)
})

test("two passwords that differ are told at the second one", async ({ page, open, person }) => {
	await open("/register")
	await fill(page, { ...registrationOf(person), confirm_password: `${person.password}!` })
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page.getByRole("alert").getByRole("listitem")).toHaveText(
		"Repeat the password: The passwords don't match.",
	)
	await expect(page.getByLabel("Repeat the password", { exact: true })).toHaveAccessibleDescription(
		"The passwords don't match.",
	)
})

test("H-37: a taken user name is said, a taken address is not; its owner gets a mail", async ({
	page,
	open,
	member,
	mailbox,
}) => {
	test.skip(!config.verification.enabled, "addresses are not verified")
	const other = somebody()
	async function register(username: string, email: string) {
		await open("/register")
		await fill(page, registrationOf({ ...other, username, email }))
		await page.getByRole("button", { name: "Create account" }).click()
	}
	await register(member.username.toUpperCase(), other.email)
	await expect(page.getByLabel("User name")).toHaveAccessibleDescription(/taken/)
	await expect(page.getByLabel("E-mail address")).toHaveValue(other.email)
	expect(mailbox.mails.filter(({ envelope }) => envelope.to.includes(other.email))).toEqual([])

	await register(other.username, member.email)
	await expect(page).toHaveURL(AFTER_REGISTERING)
	const notice = await mailbox.next(member.email)
	expect(notice.links.join()).not.toContain("signature=")
})

test("passwords can be pasted, and password managers know the fields", async ({ page, open, person }) => {
	await open("/register")
	const fields = {
		username: "username",
		email: "email",
		password: "new-password",
		confirm_password: "new-password",
	}
	for (const [name, autocomplete] of Object.entries(fields))
		await expect(page.locator(`input[name=${name}]`)).toHaveAttribute("autocomplete", autocomplete)
	await page.getByLabel("User name").fill(person.password)
	await page.getByLabel("User name").press("ControlOrMeta+a")
	await page.keyboard.press("ControlOrMeta+c")
	for (const label of ["Password", "Repeat the password"]) {
		await page.getByLabel(label, { exact: true }).press("ControlOrMeta+v")
		await expect(page.getByLabel(label, { exact: true })).toHaveValue(person.password)
	}
})

function escaped(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
