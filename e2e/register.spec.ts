import type { Page } from "@playwright/test"
import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { AFTER_REGISTERING, COOKIE, clientOf, longEnough, registrationOf, somebody } from "./support/client"
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
	await expect(page.getByRole("status")).toHaveText("You're signed out.")
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
	for (const label of ["User name", "E-mail address", "Password"]) {
		const field = page.getByLabel(label, { exact: true })
		await expect(field).toHaveAttribute("aria-invalid", "true")
		const sentence = page.locator(`#register-${await field.getAttribute("name")}-error`)
		await expect(field).toHaveAccessibleDescription(new RegExp(`${escaped(await sentence.innerText())}$`))
		await expect(summary).not.toContainText(await sentence.innerText())
		await summary.getByRole("link", { name: label, exact: true }).click()
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
	const required = await page.locator("#register input[required]").count()
	await page.getByRole("button", { name: "Create account" }).click()
	for (const [label, sentence] of [
		["User name", "Enter a user name."],
		["E-mail address", "Enter your e-mail address."],
		["Password", "Choose a password."],
		["Repeat the password", "Repeat the password."],
	] as const) {
		await expect(page.getByRole("alert").getByRole("link", { name: label, exact: true })).toBeVisible()
		await expect(page.getByLabel(label, { exact: true })).toHaveAccessibleDescription(
			new RegExp(`${escaped(sentence)}$`),
		)
	}
	expect(required).toBeGreaterThanOrEqual(4)
	await expect(page.getByRole("alert").getByRole("listitem")).toHaveCount(required)
	await expect(page.getByRole("alert")).toContainText(`Check these ${required} fields.`)
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

const CHECK = "**/register/check"
const TAKEN = "This user name is taken. Choose another."

/** What was sent to be checked so far. */
function checksOf(page: Page): Record<string, string>[] {
	const checks: Record<string, string>[] = []
	page.on("request", (request) => {
		if (request.url().endsWith("/register/check")) checks.push(request.postDataJSON())
	})
	return checks
}

test("whether a user name is free is told on leaving its field, until it is corrected", {
	tag: "@js",
}, async ({ page, open, person, member }) => {
	const checks = checksOf(page)
	await open("/register")
	const field = page.getByLabel("User name")
	await field.fill(member.username.toUpperCase())
	expect(checks).toEqual([])
	await page.keyboard.press("Tab")
	await expect(page.getByText(TAKEN)).toBeVisible()
	await expect(page.getByText(TAKEN)).toHaveCount(1)
	await expect(page.locator("[aria-live=polite]").filter({ hasText: TAKEN })).toHaveCount(1)
	await expect(field).toHaveAccessibleDescription(new RegExp(`${escaped(TAKEN)}$`))
	await expect(field).toHaveAttribute("aria-invalid", "true")
	await expect(page.getByLabel("E-mail address")).toBeFocused()
	await expect(page.getByRole("alert")).toHaveCount(0)

	await field.press("End")
	await field.press("x")
	await expect(page.getByText(TAKEN)).toHaveCount(0)
	await expect(field).not.toHaveAttribute("aria-invalid")
	await field.fill("?")
	await page.keyboard.press("Tab")
	const rule = (
		await clientOf({ url: new URL(page.url()).origin }).postJson("/register/check", { username: "?" })
	).json
	await expect(field).toHaveAccessibleDescription(new RegExp(`${escaped(rule.faults.username[0])}$`))

	await field.fill(person.username)
	await page.keyboard.press("Tab")
	await expect.poll(() => checks.at(-1)).toEqual({ username: person.username })
	await field.focus()
	await page.keyboard.press("Tab")
	await expect(page.locator(".field-error")).toHaveCount(0)
	expect(checks).toHaveLength(3)

	// Who presses the button is told by the form.
	await field.fill(member.username)
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page.getByRole("alert")).toContainText(/Check these \d fields/)
	expect(checks).toHaveLength(3)
})

test("an answer about a user name that is typed no more says nothing", { tag: "@js" }, async ({
	page,
	open,
	person,
	member,
}) => {
	let release = () => {}
	await page.route(CHECK, async (route) => {
		const { username } = route.request().postDataJSON()
		if (username === member.username)
			await new Promise<void>((resolve) => {
				release = resolve
			})
		await route.continue().catch(() => {})
	})
	await open("/register")
	const field = page.getByLabel("User name")
	await field.fill(member.username)
	const asked = page.waitForRequest(CHECK)
	await field.blur()
	const request = await asked
	await field.fill(person.username)
	const answered = page.waitForResponse(CHECK)
	await field.blur()
	await answered
	release()
	await request.response().catch(() => null)
	await page.waitForTimeout(300)
	await expect(page.locator(".field-error")).toHaveCount(0)
	await expect(field).not.toHaveAttribute("aria-invalid")
})

test("where the server does not say whether a user name and a password will do, the form is quiet", {
	tag: "@js",
}, async ({ browser, page, open, server, address, member }) => {
	const password = longEnough(`${member.username} walnut`)
	const expectQuiet = async (page: Page) => {
		await page.getByLabel("User name").fill(member.username)
		await page.keyboard.press("Tab")
		await page.locator("input[name=password]").fill(password)
		await page.waitForTimeout(1_500)
		await expect(page.locator(".field-error, [role=alert], [aria-invalid]")).toHaveCount(0)
		await expect(page.locator(".strength")).toHaveText("Long enough")
		await expect(page.locator("input[name=password]")).toHaveAccessibleDescription(policy)
	}
	const client = clientOf(server, address)
	while ((await client.postJson("/register/check", { username: "somebody" })).status === 200);
	await open("/register")
	await expectQuiet(page)

	const offline = await browser.newPage({ baseURL: server.url })
	await offline.goto("/register", { waitUntil: "networkidle" })
	await offline.route(CHECK, (route) => route.abort("internetdisconnected"))
	await expectQuiet(offline)
	await offline.close()
})

const policy = `At least ${config.password.minCodePoints} characters. A few unrelated words work well.`

test("while a password is chosen, its length is told, then how strong the server finds it", {
	tag: "@js",
}, async ({ page, open, server, person }) => {
	const { minCodePoints } = config.password
	const checks = checksOf(page)
	await open("/register")
	const field = page.locator("input[name=password]")
	const strength = page.locator(".strength")
	const spoken = page.locator(".spoken[aria-live=polite]")
	await expect(field).toHaveAccessibleDescription(policy)
	await page.getByLabel("User name").fill(person.username)
	const top = () =>
		page
			.getByRole("button", { name: "Create account" })
			.boundingBox()
			.then((box) => box?.y)
	const before = await top()

	// Two code units each, and one code point where a mark is put on a letter.
	await field.pressSequentially(`\u{1f511}e\u0301`)
	await expect(strength).toHaveText(`2 of ${minCodePoints} characters`)
	await expect(spoken).toHaveText(`2 of ${minCodePoints} characters`)
	const heard = await spoken.evaluateHandle((region) => {
		const sentences: string[] = []
		new MutationObserver(() => sentences.push(region.textContent ?? "")).observe(region, {
			childList: true,
			characterData: true,
			subtree: true,
		})
		return sentences
	})
	await field.fill("")
	await field.pressSequentially("x".repeat(minCodePoints - 1), { delay: 20 })
	await expect(strength).toHaveText(`${minCodePoints - 1} of ${minCodePoints} characters`)
	await page.waitForTimeout(1_200)
	expect(await heard.jsonValue()).toEqual([`${minCodePoints - 1} of ${minCodePoints} characters`])
	expect(checks.filter(({ password }) => password)).toEqual([])

	for (const password of [
		longEnough(`${person.username} walnut gravel`),
		longEnough("correct horse battery"),
		longEnough("walnut gravel tidal umbrella seven"),
	]) {
		await field.fill(password)
		const check = { username: person.username, email: "", password }
		const { faults, strong_password } = (await clientOf(server).postJson("/register/check", check)).json
		const word = faults.password ? "Too easy to guess" : strong_password ? "Strong" : "Good"
		await expect.poll(() => checks.at(-1)).toEqual(check)
		await expect(strength).toHaveText(word)
		await expect(field).toHaveAccessibleDescription(faults.password?.[0] ?? policy)
		await expect(spoken).toHaveText([word, ...(faults.password ?? [])].join(". "))
		expect(await top()).toBe(before)
	}
	expect(checks.filter(({ password }) => password)).toHaveLength(3)

	// The last is longer than a password can be in bytes, and takes long to be normalised.
	const { maxCodePoints } = config.password
	const tooLong = `Choose a password of at most ${maxCodePoints} characters.`
	for (const password of ["walnut ".repeat(maxCodePoints), "\u0316\u0301".repeat(20_000)]) {
		await field.fill(password)
		await expect(strength).toHaveText("Too long")
		await expect(field).toHaveAccessibleDescription(tooLong)
		await expect(spoken).toHaveText(`Too long. ${tooLong}`)
		expect(await top()).toBe(before)
	}
	await page.waitForTimeout(700)
	expect(checks.filter(({ password }) => password)).toHaveLength(3)
	await field.fill("")
	await expect(strength).toHaveText("")
	await expect(field).toHaveAccessibleDescription(policy)
})

test("an answer about a password that is typed no more says nothing", { tag: "@js" }, async ({
	page,
	open,
	person,
}) => {
	const weak = longEnough(`${person.username} walnut gravel`)
	let release = () => {}
	await page.route(CHECK, async (route) => {
		if (route.request().postDataJSON().password === weak)
			await new Promise<void>((resolve) => {
				release = resolve
			})
		await route.continue().catch(() => {})
	})
	await open("/register")
	await page.getByLabel("User name").fill(person.username)
	const field = page.locator("input[name=password]")
	const asked = page.waitForRequest(
		(request) => request.url().endsWith("/register/check") && request.postDataJSON().password === weak,
	)
	await field.fill(weak)
	const request = await asked
	await field.fill("x")
	release()
	await request.response().catch(() => null)
	await page.waitForTimeout(300)
	await expect(page.locator(".strength")).toHaveText(`1 of ${config.password.minCodePoints} characters`)
	await expect(field).toHaveAccessibleDescription(policy)
})

test.describe("on a phone", () => {
	test.use({ viewport: { width: 390, height: 844 } })
	test("the whole form is seen without scrolling, also while it is filled in", async ({
		page,
		open,
		member,
		javaScriptEnabled,
	}) => {
		test.skip(Object.keys(registrationOf(somebody())).length > 4, "there are more fields")
		await open("/register")
		const bottom = async () => {
			const box = await page.getByRole("button", { name: "Create account" }).boundingBox()
			return box ? box.y + box.height : Number.NaN
		}
		await expect(page.getByRole("heading", { level: 1 })).toBeInViewport({ ratio: 1 })
		expect(await bottom()).toBeLessThanOrEqual(844)
		if (!javaScriptEnabled) return
		await fill(page, { username: member.username, password: longEnough(`${member.username} walnut gravel`) })
		await expect(page.getByText(TAKEN)).toBeVisible()
		await expect(page.locator(".strength")).toHaveText("Too easy to guess")
		await page
			.locator("input[name=confirm_password]")
			.or(page.locator("input[name=password]"))
			.last()
			.press("x")
		expect(await bottom()).toBeLessThanOrEqual(844)
		expect(await page.evaluate(() => scrollY)).toBe(0)
	})
})

function escaped(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
