import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { AFTER_REGISTERING, COOKIE, registrationOf, somebody } from "./support/client"
import { fill } from "./support/states.mjs"

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
	javaScriptEnabled,
}) => {
	await open("/register")
	await fill(page, registrationOf({ username: "a b", email: "nobody", password: "short" }))
	await page.getByRole("button", { name: "Create account" }).click()

	const summary = page.getByRole("alert")
	await expect(summary).toBeFocused()
	await expect(summary).toContainText("Check these 3 fields.")
	await expect(summary.getByRole("link")).toHaveCount(3)
	await expect(page).toHaveTitle(/^Error: Create an account/)
	for (const [index, label] of ["User name", "E-mail address", "Password"].entries()) {
		const field = page.getByLabel(label, { exact: true })
		const link = summary.getByRole("link").nth(index)
		await expect(field).toHaveAttribute("aria-invalid", "true")
		await expect(field).toHaveAccessibleDescription(
			new RegExp(`${escaped((await link.textContent()) ?? "")}$`),
		)
		await link.click()
		await expect(field).toBeFocused()
	}
	await expect(page.getByLabel("User name")).toHaveValue("a b")
	await expect(page.getByLabel("E-mail address")).toHaveValue("nobody")
	await expect(page.getByLabel("Password", { exact: true })).toHaveValue("")
	expect(server.database.prepare("SELECT count(*) AS rows FROM User WHERE username = 'a b'").get()).toEqual({
		rows: 0,
	})
	if (!javaScriptEnabled) return
	const username = page.getByLabel("User name")
	await username.fill("ab")
	await expect(username).not.toHaveAttribute("aria-invalid", "true")
	await expect(page.locator("#register-username-error")).toHaveCount(0)
	await expect(page.getByLabel("E-mail address")).toHaveAttribute("aria-invalid", "true")
})

test("an empty form asks for every field", async ({ page, open }) => {
	await open("/register")
	await page.getByRole("button", { name: "Create account" }).click()
	for (const sentence of [
		"Enter a user name.",
		"Enter your e-mail address.",
		"Choose a password.",
		"Repeat the password.",
	])
		await expect(page.getByRole("alert").getByRole("link", { name: sentence, exact: true })).toBeVisible()
	const fields = Object.keys(registrationOf(somebody()))
	await expect(page.getByRole("alert").getByRole("listitem")).toHaveCount(fields.length)
	await expect(page.getByRole("alert")).toContainText(`Check these ${fields.length} fields.`)
})

test("one fault is told once: its field has the sentence and the focus, until it is corrected", async ({
	page,
	open,
	person,
	javaScriptEnabled,
}) => {
	await open("/register")
	await expect(page).toHaveTitle(/^Create an account/)
	// Twice, as a page that was loaded once takes what follows otherwise.
	for (const different of ["!", "?"]) {
		await fill(page, { ...registrationOf(person), confirm_password: person.password + different })
		await page.getByRole("button", { name: "Create account" }).click()
		const field = page.getByLabel("Repeat the password", { exact: true })
		await expect(field).toHaveAccessibleDescription("The passwords don't match.")
		await expect(field).toBeFocused()
		await expect(field).toHaveAttribute("aria-invalid", "true")
		await expect(field).toHaveValue("")
		await expect(page.getByRole("alert")).toHaveCount(0)
		await expect(page.getByText("The passwords don't match.")).toHaveCount(1)
		await expect(page).toHaveTitle(/^Error: Create an account/)
		if (!javaScriptEnabled) continue
		await field.press("x")
		await expect(field).not.toHaveAttribute("aria-invalid", "true")
		await expect(page.getByText("The passwords don't match.")).toHaveCount(0)
	}
	await fill(page, registrationOf(person))
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page).toHaveURL(AFTER_REGISTERING)
	await expect(page).not.toHaveTitle(/Error/)
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
